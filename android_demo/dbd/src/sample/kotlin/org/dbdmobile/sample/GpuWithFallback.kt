package org.dbdmobile.sample

import android.content.Context
import java.io.File
import org.dbdmobile.BlurDetector
import org.dbdmobile.BlurModel
import org.dbdmobile.DetectorOptions
import org.dbdmobile.GpuAccelerator

/** A detector on the GPU, or on the CPU where that cannot be. */
fun onTheGpu(context: Context, model: BlurModel): BlurDetector {
    // guide: on the thread that uses and closes it
    val trial = File(context.noBackupFilesDir, "dbd-gpu")
    val options = DetectorOptions.defaults().withAccelerator(GpuAccelerator()).withCpuFallback(trial)
    val detector = BlurDetector.open(model, options)
    val whyNot: String? = detector.fallbackReason() // null where it runs on the GPU
    // guide: end
    println(whyNot)
    return detector
}
