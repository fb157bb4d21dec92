package org.dbdmobile.demo;

import android.content.Context;
import android.graphics.Bitmap;
import android.graphics.Canvas;
import android.graphics.Color;
import android.graphics.Paint;
import android.graphics.RectF;
import android.os.Bundle;
import android.util.AttributeSet;
import android.util.TypedValue;
import android.view.MotionEvent;
import android.view.View;
import android.view.accessibility.AccessibilityNodeInfo;

/**
 * Lies over a picture: its blur map's overlay, the subject's square with the verdict, the time. A
 * tap chooses the subject. {@link #show} comes from any thread; drawing makes no garbage.
 */
public final class OverlayView extends View {
    /** Is told of taps. */
    interface OnSubject {
        /** The person chose a subject. */
        void onSubject(Subject subject);
    }

    private static final int IN_FOCUS = 0xFF00E676;
    private static final int OUT_OF_FOCUS = 0xFFFFAB40;
    private static final int PANEL = 0xC0101014;

    private final Object lock = new Object();
    private final Paint scaling = new Paint(Paint.FILTER_BITMAP_FLAG);
    private final Paint line = new Paint(Paint.ANTI_ALIAS_FLAG);
    private final Paint panel = new Paint(Paint.ANTI_ALIAS_FLAG);
    private final Paint letters = new Paint(Paint.ANTI_ALIAS_FLAG);
    private final RectF area = new RectF();
    private final Readout sharp;
    private final Readout blurred;
    private final Readout time;
    private final float unit;

    private OnSubject onSubject;
    private boolean showsTime;
    private Subject subject;
    // A keyboard's click has no place: it asks for the middle.
    private float tapX = 0.5f;
    private float tapY = 0.5f;

    // Guarded by the lock. Two bitmaps: the screen may still be reading the one that it drew last.
    private Bitmap front;
    private Bitmap back;
    private int photoWidth = 1;
    private int photoHeight = 1;
    private int percent = LiveBlur.NO_SUBJECT;
    private boolean isInFocus;
    private int milliseconds;

    private int saidPercent = LiveBlur.NO_SUBJECT;
    private boolean wasInFocus;
    private final Runnable describing =
            new Runnable() {
                @Override
                public void run() {
                    describe();
                }
            };

    /** Made by a layout file. */
    public OverlayView(Context context, AttributeSet attributes) {
        super(context, attributes);
        unit = getResources().getDisplayMetrics().density;
        sharp = new Readout(context.getString(R.string.subject_in_focus));
        blurred = new Readout(context.getString(R.string.subject_out_of_focus));
        time = new Readout(context.getString(R.string.milliseconds));
        line.setStyle(Paint.Style.STROKE);
        line.setStrokeWidth(3 * unit);
        panel.setColor(PANEL);
        letters.setTextSize(
                TypedValue.applyDimension(
                        TypedValue.COMPLEX_UNIT_SP, 16, getResources().getDisplayMetrics()));
        setClickable(true);
        setFocusable(true);
        setAccessibilityLiveRegion(ACCESSIBILITY_LIVE_REGION_POLITE);
        describe();
    }

    void setOnSubject(OnSubject onSubject) {
        this.onSubject = onSubject;
    }

    /** Whether to say what a frame costs. */
    void setShowsTime(boolean showsTime) {
        this.showsTime = showsTime;
    }

    /** The square to draw; null for none. On the main thread. */
    void setSubject(Subject subject) {
        this.subject = subject;
        if (subject == null) {
            synchronized (lock) {
                percent = LiveBlur.NO_SUBJECT;
            }
        }
        post(describing);
        invalidate();
    }

    /** Shows a frame's result. */
    void show(LiveBlur live) {
        int width = live.map().width();
        int height = live.map().height();
        synchronized (lock) {
            if (back == null || back.getWidth() != width || back.getHeight() != height) {
                back = Bitmap.createBitmap(width, height, Bitmap.Config.ARGB_8888);
            }
            back.setPixels(live.pixels(), 0, width, 0, 0, width, height);
            Bitmap drawn = front;
            front = back;
            back = drawn;
            photoWidth = live.map().photoWidth();
            photoHeight = live.map().photoHeight();
            percent = live.sharpnessPercent();
            isInFocus = live.isInFocus();
            milliseconds = Math.round(live.milliseconds());
            // A screen reader is told when the verdict changes, not thirty times a second.
            boolean hadSubject = saidPercent != LiveBlur.NO_SUBJECT;
            boolean hasSubject = percent != LiveBlur.NO_SUBJECT;
            if (hasSubject != hadSubject || hasSubject && isInFocus != wasInFocus) {
                saidPercent = percent;
                wasInFocus = isInFocus;
                post(describing);
            }
        }
        postInvalidate();
    }

    /** Shows nothing but the picture. */
    void clear() {
        synchronized (lock) {
            front = null;
            back = null;
            percent = LiveBlur.NO_SUBJECT;
            saidPercent = LiveBlur.NO_SUBJECT;
        }
        post(describing);
        postInvalidate();
    }

    private void describe() {
        synchronized (lock) {
            int text = R.string.overlay_description;
            if (percent != LiveBlur.NO_SUBJECT) {
                text = isInFocus ? R.string.subject_in_focus : R.string.subject_out_of_focus;
            }
            setContentDescription(
                    getResources().getString(text).replace("%d", String.valueOf(percent)));
        }
    }

    @Override
    protected void onDraw(Canvas canvas) {
        synchronized (lock) {
            if (front == null) {
                return;
            }
            area.set(0, 0, getWidth(), getHeight());
            canvas.drawBitmap(front, null, area, scaling);
            if (showsTime) {
                drawTime(canvas);
            }
            if (subject != null && percent != LiveBlur.NO_SUBJECT) {
                drawSubject(canvas);
            }
        }
    }

    private void drawTime(Canvas canvas) {
        time.set(milliseconds);
        letters.setColor(Color.WHITE);
        drawText(canvas, time, 8 * unit, 8 * unit);
    }

    private void drawSubject(Canvas canvas) {
        float scaleX = (float) getWidth() / photoWidth;
        float scaleY = (float) getHeight() / photoHeight;
        int side = subject.side(photoWidth, photoHeight);
        float left = subject.left(photoWidth, photoHeight) * scaleX;
        float top = subject.top(photoWidth, photoHeight) * scaleY;
        float right = left + side * scaleX;
        float bottom = top + side * scaleY;
        int color = isInFocus ? IN_FOCUS : OUT_OF_FOCUS;
        line.setColor(color);
        canvas.drawRect(left, top, right, bottom, line);
        Readout verdict = isInFocus ? sharp : blurred;
        verdict.set(percent);
        letters.setColor(color);
        float width = letters.measureText(verdict.text(), 0, verdict.length()) + 16 * unit;
        float height = letters.getTextSize() + 12 * unit;
        float x = Math.min(Math.max(left, 0), Math.max(getWidth() - width, 0));
        float below = bottom + 4 * unit;
        float y = below + height <= getHeight() ? below : top - 4 * unit - height;
        drawText(canvas, verdict, x, y);
    }

    private void drawText(Canvas canvas, Readout text, float x, float y) {
        float width = letters.measureText(text.text(), 0, text.length()) + 16 * unit;
        float height = letters.getTextSize() + 12 * unit;
        canvas.drawRoundRect(x, y, x + width, y + height, 6 * unit, 6 * unit, panel);
        float baseline = y + (height - letters.ascent() - letters.descent()) / 2;
        canvas.drawText(text.text(), 0, text.length(), x + 8 * unit, baseline, letters);
    }

    @Override
    public boolean onTouchEvent(MotionEvent event) {
        tapX = event.getX() / Math.max(getWidth(), 1);
        tapY = event.getY() / Math.max(getHeight(), 1);
        return super.onTouchEvent(event);
    }

    @Override
    public boolean performClick() {
        choose(tapX, tapY);
        return super.performClick();
    }

    /** A screen reader's click has no place: it asks for the middle. */
    @Override
    public boolean performAccessibilityAction(int action, Bundle arguments) {
        if (action == AccessibilityNodeInfo.ACTION_CLICK) {
            tapX = 0.5f;
            tapY = 0.5f;
        }
        return super.performAccessibilityAction(action, arguments);
    }

    private void choose(float x, float y) {
        setSubject(new Subject(x, y));
        if (onSubject != null) {
            onSubject.onSubject(subject);
        }
    }
}
