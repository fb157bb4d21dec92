package org.dbdmobile.sample

import androidx.camera.core.CameraSelector
import androidx.camera.core.ImageAnalysis
import androidx.camera.core.Preview
import androidx.camera.core.UseCaseGroup
import androidx.camera.lifecycle.ProcessCameraProvider
import androidx.camera.view.PreviewView
import androidx.lifecycle.LifecycleOwner
import java.util.concurrent.Executor

/** A preview and the analyzer, from the same part of the same frames. */
fun show(
    provider: ProcessCameraProvider,
    owner: LifecycleOwner,
    view: PreviewView,
    analyzer: BlurAnalyzer,
    executor: Executor,
) {
    // guide: on the main thread, once the view has its size
    val preview = Preview.Builder().build()
    preview.setSurfaceProvider(view.surfaceProvider)
    val analysis = ImageAnalysis.Builder()
        .setBackpressureStrategy(ImageAnalysis.STRATEGY_KEEP_ONLY_LATEST)
        .setOutputImageFormat(ImageAnalysis.OUTPUT_IMAGE_FORMAT_YUV_420_888) // or RGBA_8888
        .build()
    analysis.setAnalyzer(executor, analyzer)
    val group = UseCaseGroup.Builder().addUseCase(preview).addUseCase(analysis)
    view.viewPort?.let { group.setViewPort(it) }
    provider.bindToLifecycle(owner, CameraSelector.DEFAULT_BACK_CAMERA, group.build())
    // guide: end
}
