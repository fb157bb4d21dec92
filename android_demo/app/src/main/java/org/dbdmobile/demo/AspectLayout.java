package org.dbdmobile.demo;

import android.content.Context;
import android.util.AttributeSet;
import android.widget.FrameLayout;

/** Gives its children the largest area of a picture's shape that fits, in its middle. */
public final class AspectLayout extends FrameLayout {
    private int pictureWidth = 3;
    private int pictureHeight = 4;

    /** Made by a layout file. */
    public AspectLayout(Context context, AttributeSet attributes) {
        super(context, attributes);
    }

    /** The shape, as a picture's width and height. */
    void setPicture(int width, int height) {
        if (width != pictureWidth || height != pictureHeight) {
            pictureWidth = width;
            pictureHeight = height;
            requestLayout();
        }
    }

    @Override
    protected void onMeasure(int widthSpec, int heightSpec) {
        int width = MeasureSpec.getSize(widthSpec);
        int height = MeasureSpec.getSize(heightSpec);
        setMeasuredDimension(width, height);
        int childWidth = (int) Math.min(width, (long) height * pictureWidth / pictureHeight);
        int childHeight = (int) Math.min(height, (long) width * pictureHeight / pictureWidth);
        for (int i = 0; i < getChildCount(); i++) {
            getChildAt(i)
                    .measure(
                            MeasureSpec.makeMeasureSpec(childWidth, MeasureSpec.EXACTLY),
                            MeasureSpec.makeMeasureSpec(childHeight, MeasureSpec.EXACTLY));
        }
    }

    @Override
    protected void onLayout(boolean changed, int left, int top, int right, int bottom) {
        for (int i = 0; i < getChildCount(); i++) {
            int width = getChildAt(i).getMeasuredWidth();
            int height = getChildAt(i).getMeasuredHeight();
            int x = (right - left - width) / 2;
            int y = (bottom - top - height) / 2;
            getChildAt(i).layout(x, y, x + width, y + height);
        }
    }
}
