package org.dbdmobile.sample

import androidx.camera.core.CameraSelector
import androidx.camera.core.ImageAnalysis
import androidx.camera.core.Preview
import androidx.camera.core.UseCaseGroup
import androidx.camera.lifecycle.ProcessCameraProvider
import androidx.camera.view.PreviewView
import androidx.lifecycle.LifecycleOwner

// guide: frames for an analyzer: the newest, and none while one is looked at
fun newAnalysis(): ImageAnalysis = ImageAnalysis.Builder()
    .setBackpressureStrategy(ImageAnalysis.STRATEGY_KEEP_ONLY_LATEST)
    .setOutputImageFormat(ImageAnalysis.OUTPUT_IMAGE_FORMAT_YUV_420_888) // or RGBA_8888
    .build()

// guide: end
// guide: on the main thread, once the view has its size
fun show(
    provider: ProcessCameraProvider,
    owner: LifecycleOwner,
    view: PreviewView,
    analysis: ImageAnalysis,
) {
    val preview = Preview.Builder().build()
    preview.setSurfaceProvider(view.surfaceProvider)
    val group = UseCaseGroup.Builder().addUseCase(preview).addUseCase(analysis)
    view.viewPort?.let { group.setViewPort(it) }
    provider.unbindAll()
    provider.bindToLifecycle(owner, CameraSelector.DEFAULT_BACK_CAMERA, group.build())
}
// guide: end
