package org.dbdmobile.sample

import android.content.Context
import android.graphics.Bitmap
import android.graphics.PixelFormat
import androidx.camera.core.ImageAnalysis
import androidx.camera.core.ImageProxy
import kotlinx.coroutines.flow.MutableStateFlow
import org.dbdmobile.AndroidAssets
import org.dbdmobile.BlurDetector
import org.dbdmobile.BlurModel
import org.dbdmobile.DetectorOptions
import org.dbdmobile.Frame
import org.dbdmobile.Framing
import org.dbdmobile.RgbFrame
import org.dbdmobile.YuvFrame

// guide: what a screen shows of a frame
class Blur(val overlay: Bitmap, val isMiddleInFocus: Boolean)

// guide: end
// guide: on one thread: made, called and closed
class BlurAnalyzer(context: Context, private val isFront: Boolean) :
    ImageAnalysis.Analyzer, AutoCloseable {
    val blur = MutableStateFlow<Blur?>(null)
    private val model = BlurModel.bundled(AndroidAssets(context.assets), "lite")
    private val detector = BlurDetector.open(model, DetectorOptions.defaults())
    private val map = detector.newMap()
    private val pixels = IntArray(map.width() * map.height())
    private val yuv = YuvFrame()
    private val rgba = RgbFrame()

    override fun analyze(image: ImageProxy) = image.use {
        val part = image.cropRect // what the preview shows of it, where they have one ViewPort
        val framing = Framing.upright(image.imageInfo.rotationDegrees, isFront)
            .crop(part.left, part.top, part.width(), part.height())
        detector.detect(frameOf(image), framing, map)
        map.heatMap(pixels)
        val size = map.width()
        val overlay = Bitmap.createBitmap(pixels, size, map.height(), Bitmap.Config.ARGB_8888)
        val w = map.photoWidth()
        val h = map.photoHeight()
        blur.value = Blur(overlay, map.isInFocus(w / 3, h / 3, 2 * w / 3, 2 * h / 3))
    }

    private fun frameOf(image: ImageProxy): Frame {
        val (width, height) = image.width to image.height
        val y = image.planes[0]
        if (image.format == PixelFormat.RGBA_8888) {
            return rgba.set(y.buffer, width, height, y.rowStride, y.pixelStride)
        }
        val (u, v) = image.planes[1] to image.planes[2]
        return yuv.set(
            y.buffer, y.rowStride, u.buffer, v.buffer, u.rowStride, u.pixelStride, width, height,
        )
    }

    override fun close() = detector.close()
}
// guide: end
