package org.dbdmobile.demo;

import android.content.Context;
import android.util.AttributeSet;
import android.view.View;
import android.widget.LinearLayout;
import android.widget.RadioGroup;

/** Buttons side by side; one below the other where one's words are too broad for its share. */
public final class ModeGroup extends RadioGroup {
    /** Made by a layout file. */
    public ModeGroup(Context context, AttributeSet attributes) {
        super(context, attributes);
    }

    @Override
    protected void onMeasure(int widthSpec, int heightSpec) {
        int share = MeasureSpec.getSize(widthSpec) / Math.max(getChildCount(), 1);
        int free = MeasureSpec.makeMeasureSpec(0, MeasureSpec.UNSPECIFIED);
        boolean fits = true;
        for (int i = 0; i < getChildCount(); i++) {
            View button = getChildAt(i);
            button.measure(free, free);
            fits &= button.getMeasuredWidth() <= share;
        }
        for (int i = 0; i < getChildCount(); i++) {
            LinearLayout.LayoutParams place =
                    (LinearLayout.LayoutParams) getChildAt(i).getLayoutParams();
            place.width = fits ? 0 : LayoutParams.MATCH_PARENT;
            place.weight = fits ? 1 : 0;
        }
        setOrientation(fits ? HORIZONTAL : VERTICAL);
        super.onMeasure(widthSpec, heightSpec);
    }
}
