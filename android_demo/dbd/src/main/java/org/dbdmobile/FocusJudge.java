package org.dbdmobile;

import java.util.List;

/**
 * Judges regions and subjects of photos by what a model measures in their own pixels. Its memory is
 * used again from photo to photo. Used by one thread at a time.
 */
final class FocusJudge implements AutoCloseable {
    private static final String NOTHING_SHARP =
            "nothing stands out as sharp, looked at the least blurred part: ";

    private final TileMeter meter;
    private final Tiles around;
    private final CoarseToFine look = new CoarseToFine();
    private final RegionStatistic statistic = new RegionStatistic();
    private final int[] box = new int[4];
    private final int[] part = new int[4];
    private boolean[] inside = new boolean[0];

    /** Takes the meter over. */
    FocusJudge(TileMeter meter) {
        this.meter = meter;
        around = new Tiles(meter.tileColumns(), meter.tileRows());
    }

    /** Judges a region. */
    Focus judge(Frame frame, Framing framing, Region region, Strictness strictness) {
        return judge(frame, framing, region, strictness, "", false);
    }

    /** Judges the subject that a photo's map shows. */
    Focus judgeSubject(Frame frame, Framing framing, BlurMap map, Strictness strictness) {
        SubjectFinder finder = new SubjectFinder(map, map.photoWidth(), map.photoHeight());
        List<boolean[]> parts = finder.subjects();
        String remark = parts.isEmpty() ? NOTHING_SHARP : "";
        if (parts.isEmpty()) {
            parts.add(finder.leastBlurred());
        }
        int count = Math.min(parts.size(), JudgeConstants.MAX_SUBJECTS);
        for (int i = 0; i < count; i++) {
            Region subject = Region.grid(parts.get(i), finder.columns, finder.rows, "subject");
            Focus focus = judge(frame, framing, subject, strictness, remark, true);
            if (focus.verdict() != Focus.Verdict.UNDECIDABLE) {
                return focus;
            }
        }
        Region whole = Region.whole(map.photoWidth(), map.photoHeight());
        return judge(frame, framing, whole, strictness, "", true);
    }

    private Focus judge(
            Frame frame,
            Framing framing,
            Region region,
            Strictness strictness,
            String remark,
            boolean isSubjectFound) {
        int width = framing.photoWidth(frame);
        int height = framing.photoHeight(frame);
        if (Math.min(width, height) < JudgeConstants.SMALLEST_SIDE) {
            throw new DbdException.Image(
                    "A photo has sides of " + JudgeConstants.SMALLEST_SIDE
                            + " pixels at least to be judged, got " + width + "x" + height + ".");
        }
        region.bound(width, height, box);
        int coarsest = Tiles.coarsestLevel(width, height);
        findPart(around, box, width, height, coarsest, part);
        int partWidth = part[2] - part[0];
        int partHeight = part[3] - part[1];
        int all = Tiles.cellsOf(partWidth) * Tiles.cellsOf(partHeight);
        if (inside.length < all) {
            inside = new boolean[all];
        }
        int cells = region.cells(width, height, box, part, inside);
        meter.set(frame, framing, part[0], part[1], partWidth, partHeight);
        double share =
                isSubjectFound ? JudgeConstants.SUBJECT_QUANTILE : JudgeConstants.QUANTILE;
        try {
            if (isSubjectFound) {
                look.glance(meter, partWidth, partHeight, inside);
            }
            // Where so much is crisp as decides, nothing that the rest is like could change that.
            if (!isSubjectFound || !RegionStatistic.isCrisp(look, all, share)) {
                look.look(meter, partWidth, partHeight, coarsest, inside);
            }
        } finally {
            meter.letGo();
        }
        statistic.sumUp(look, all, share);
        return new Focus(
                statistic,
                strictness,
                cells,
                region.name(),
                remark,
                box,
                isSubjectFound,
                width,
                height);
    }

    /** The pixels that the coarsest level needs around a box, and so the others too. */
    static void findPart(Tiles around, int[] box, int width, int height, int coarsest, int[] part) {
        int side = JudgeConstants.CELL * coarsest;
        int columns = Tiles.cellsOf(width / coarsest);
        int rows = Tiles.cellsOf(height / coarsest);
        around.setAround(
                Math.min(box[0] / side, columns - 1),
                Math.min(box[1] / side, rows - 1),
                Math.min((box[2] + side - 1) / side, columns),
                Math.min((box[3] + side - 1) / side, rows),
                columns,
                rows);
        // The last cells have all that is left: an odd last row is on the finest level only.
        part[0] = side * around.left;
        part[1] = side * around.top;
        part[2] = around.right == columns ? width : side * around.right;
        part[3] = around.bottom == rows ? height : side * around.bottom;
    }

    @Override
    public void close() {
        meter.close();
    }
}
