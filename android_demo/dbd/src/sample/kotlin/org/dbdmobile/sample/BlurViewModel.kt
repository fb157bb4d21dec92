package org.dbdmobile.sample

import android.content.Context
import androidx.lifecycle.ViewModel
import java.util.concurrent.Executors
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.withContext

// guide: one thread for as long as the screen lives, through every turn of it
class BlurViewModel : ViewModel() {
    val executor = Executors.newSingleThreadExecutor()
    private var analyzer: BlurAnalyzer? = null

    suspend fun analyzer(context: Context): BlurAnalyzer =
        withContext(executor.asCoroutineDispatcher()) {
            analyzer ?: BlurAnalyzer(context.applicationContext, false).also { analyzer = it }
        }

    override fun onCleared() {
        executor.execute { analyzer?.close() } // after the frame that is looked at
        executor.shutdown()
    }
}
// guide: end
