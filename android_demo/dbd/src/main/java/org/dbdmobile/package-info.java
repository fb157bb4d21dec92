/**
 * Finds, on the device, which parts of a photo or a camera frame are out of focus: 1 = blurred, 0 =
 * in focus.
 *
 * <p>A {@link org.dbdmobile.BlurModel} is read and checked, a {@link org.dbdmobile.BlurDetector}
 * runs it on a {@link org.dbdmobile.Frame}, and a {@link org.dbdmobile.BlurMap} answers: mask,
 * sharpness of a box, in-focus verdict, pictures to lay over the preview. Everything that a camera
 * app calls for every frame works in memory that was allocated before the first one.
 *
 * <p>With a {@link org.dbdmobile.DetailModel} the detector also judges: how blurred a {@link
 * org.dbdmobile.Region} or the subject is in the frame's own pixels, and by a {@link
 * org.dbdmobile.Strictness} whether that is sharp: a {@link org.dbdmobile.Focus}.
 *
 * <p>Only {@link org.dbdmobile.AndroidFrames} needs Android; all else is plain Java 8 over {@code
 * org.tensorflow.lite}.
 *
 * <p>Nothing is null but what is marked so: nullness is JSpecify's, which Kotlin and checkers read.
 */
@NullMarked
package org.dbdmobile;

import org.jspecify.annotations.NullMarked;
