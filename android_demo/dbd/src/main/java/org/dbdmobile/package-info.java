/**
 * Finds, on the device, which parts of a photo or a camera frame are out of focus: 1 = blurred, 0 =
 * in focus.
 *
 * <p>A {@link org.dbdmobile.BlurModel} is read and checked, a {@link org.dbdmobile.BlurDetector}
 * runs it on a {@link org.dbdmobile.Frame}, and a {@link org.dbdmobile.BlurMap} answers: mask,
 * sharpness of a box, in-focus verdict, pictures to lay over the preview. Everything that a camera
 * app calls for every frame works in memory that was allocated before the first one.
 *
 * <p>Only {@link org.dbdmobile.AndroidFrames} needs Android; all else is plain Java 8 over {@code
 * org.tensorflow.lite}.
 */
package org.dbdmobile;
