package org.dbdmobile.demo;

import android.annotation.SuppressLint;
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
import java.text.DecimalFormatSymbols;
import java.util.Locale;
import org.dbdmobile.Focus;

/**
 * Lies over a picture: its blur map's overlay, the subject's outline with the verdict, the time. A
 * tap chooses the subject. {@link #show} comes from any thread; drawing makes no garbage.
 */
public final class OverlayView extends View {
    /** Is told of taps. */
    interface OnSubject {
        /** The person chose a subject. */
        void onSubject(Subject subject);
    }

    private static final int SHARP = 0xFF00E676;
    private static final int NOT_SHARP = 0xFFFFAB40;
    private static final int PANEL = 0xC0101014;

    private final Object lock = new Object();
    private final Paint scaling = new Paint(Paint.FILTER_BITMAP_FLAG);
    private final Paint line = new Paint(Paint.ANTI_ALIAS_FLAG);
    private final Paint panel = new Paint(Paint.ANTI_ALIAS_FLAG);
    private final Paint letters = new Paint(Paint.ANTI_ALIAS_FLAG);
    private final RectF area = new RectF();
    // By the number of the text.
    private final Readout[] verdicts;
    private final Readout time;
    private final float unit;
    private final float lettersSize;

    private OnSubject onSubject;
    private boolean showsTime;
    // A keyboard's click has no place: it asks for the middle.
    private float tapX = 0.5f;
    private float tapY = 0.5f;

    // Guarded by the lock. Two bitmaps: the screen may still be reading the one that it drew last.
    private Bitmap front;
    private Bitmap back;
    private int photoWidth = 1;
    private int photoHeight = 1;
    private Subject subject;
    private Focus focus;
    private int milliseconds;

    private SubjectText said;
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
        Locale locale = getResources().getConfiguration().getLocales().get(0);
        char point = DecimalFormatSymbols.getInstance(locale).getDecimalSeparator();
        SubjectText[] texts = SubjectText.values();
        verdicts = new Readout[texts.length];
        for (SubjectText text : texts) {
            String words = context.getString(text.text);
            verdicts[text.ordinal()] =
                    text == SubjectText.UNDECIDABLE
                            ? Readout.fixed(words)
                            : new Readout(words, point);
        }
        time = new Readout(context.getString(R.string.milliseconds), point);
        line.setStyle(Paint.Style.STROKE);
        line.setStrokeWidth(3 * unit);
        panel.setColor(PANEL);
        lettersSize =
                TypedValue.applyDimension(
                        TypedValue.COMPLEX_UNIT_SP, 16, getResources().getDisplayMetrics());
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

    /** The subject that is not judged yet; null for none. On the main thread. */
    void setSubject(Subject subject) {
        synchronized (lock) {
            this.subject = subject;
            focus = null;
            said = null;
        }
        post(describing);
        invalidate();
    }

    /**
     * Shows a frame's result.
     *
     * @param asked the subject that was judged; null for the one that the map shows
     * @param judged the verdict on it; null where there is none. It is not shown where another
     *     subject was chosen meanwhile
     */
    void show(LiveBlur live, Subject asked, Focus judged) {
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
            focus = asked == subject ? judged : null;
            milliseconds = Math.round(live.milliseconds());
            // A screen reader is told when the verdict changes, not thirty times a second.
            SubjectText text = focus == null ? null : SubjectText.of(focus);
            if (text != said) {
                said = text;
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
            focus = null;
            said = null;
        }
        post(describing);
        postInvalidate();
    }

    private void describe() {
        synchronized (lock) {
            setContentDescription(
                    focus == null
                            ? getResources().getString(R.string.overlay_description)
                            : verdict(focus).toString());
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
            if (focus != null) {
                drawSubject(canvas);
            } else if (subject != null) {
                drawTapped(canvas);
            }
        }
    }

    private void drawTime(Canvas canvas) {
        time.set(milliseconds);
        letters.setColor(Color.WHITE);
        setSize(time);
        drawText(canvas, time, 8 * unit, 8 * unit);
    }

    /** Where a tap was, until there is a verdict. */
    private void drawTapped(Canvas canvas) {
        float scaleX = (float) getWidth() / photoWidth;
        float scaleY = (float) getHeight() / photoHeight;
        float left = subject.left(photoWidth, photoHeight) * scaleX;
        float top = subject.top(photoWidth, photoHeight) * scaleY;
        int side = subject.side(photoWidth, photoHeight);
        line.setColor(Color.WHITE);
        canvas.drawRect(left, top, left + side * scaleX, top + side * scaleY, line);
    }

    private void drawSubject(Canvas canvas) {
        float scaleX = (float) getWidth() / focus.photoWidth();
        float scaleY = (float) getHeight() / focus.photoHeight();
        float left = focus.left() * scaleX;
        float top = focus.top() * scaleY;
        float bottom = focus.bottom() * scaleY;
        int color = color(focus.verdict());
        line.setColor(color);
        canvas.drawRect(left, top, focus.right() * scaleX, bottom, line);
        Readout verdict = verdict(focus);
        letters.setColor(color);
        setSize(verdict);
        float width = letters.measureText(verdict.text(), 0, verdict.length()) + 16 * unit;
        float height = letters.getTextSize() + 12 * unit;
        float x = Math.min(Math.max(left, 0), Math.max(getWidth() - width, 0));
        float below = bottom + 4 * unit;
        float y = below + height <= getHeight() ? below : top - 4 * unit - height;
        // An outline as high as the picture has neither: within it.
        drawText(canvas, verdict, x, y >= 0 ? y : getHeight() - 8 * unit - height);
    }

    /** What a verdict is drawn in. */
    static int color(Focus.Verdict verdict) {
        switch (verdict) {
            case SHARP:
                return SHARP;
            case UNDECIDABLE:
                return Color.WHITE;
            default:
                return NOT_SHARP;
        }
    }

    /** The words for a verdict; good until the next call. */
    private Readout verdict(Focus judged) {
        SubjectText text = SubjectText.of(judged);
        Readout readout = verdicts[text.ordinal()];
        if (text != SubjectText.UNDECIDABLE) {
            readout.setTenths(SubjectText.tenths(judged));
        }
        return readout;
    }

    /** Letters as large as the person wants them, or as the picture is broad enough for. */
    private void setSize(Readout text) {
        letters.setTextSize(lettersSize);
        float room = getWidth() - 16 * unit;
        float width = letters.measureText(text.text(), 0, text.length());
        if (width > room) {
            letters.setTextSize(lettersSize * Math.max(room, unit) / width);
        }
    }

    private void drawText(Canvas canvas, Readout text, float x, float y) {
        float width = letters.measureText(text.text(), 0, text.length()) + 16 * unit;
        float height = letters.getTextSize() + 12 * unit;
        canvas.drawRoundRect(x, y, x + width, y + height, 6 * unit, 6 * unit, panel);
        float baseline = y + (height - letters.ascent() - letters.descent()) / 2;
        canvas.drawText(text.text(), 0, text.length(), x + 8 * unit, baseline, letters);
    }

    @SuppressLint("ClickableViewAccessibility") // What View does with a touch calls performClick.
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
