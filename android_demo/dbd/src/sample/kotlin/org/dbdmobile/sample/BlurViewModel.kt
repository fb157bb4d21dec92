package org.dbdmobile.sample

import android.content.Context
import androidx.lifecycle.ViewModel
import java.util.concurrent.Executors
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.withContext

// guide: for as long as the screen is there, through every turn of it
class BlurViewModel : ViewModel() {
    val analysis = newAnalysis()
    private val executor = Executors.newSingleThreadExecutor()
    private val thread = executor.asCoroutineDispatcher()
    private var analyzer: BlurAnalyzer? = null // touched on that thread only

    suspend fun start(context: Context): StateFlow<Blur?> {
        val opened = withContext(thread) {
            analyzer ?: BlurAnalyzer(context.applicationContext, false).also { analyzer = it }
        }
        analysis.setAnalyzer(executor, opened)
        return opened.blur
    }

    override fun onCleared() {
        analysis.clearAnalyzer() // no frame comes after this
        executor.execute { analyzer?.close() } // after the frame that is looked at
        executor.shutdown()
    }
}
// guide: end
