package org.dbdmobile.sample

import androidx.compose.foundation.Image
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.asImageBitmap
import androidx.compose.ui.layout.ContentScale
import androidx.lifecycle.compose.collectAsStateWithLifecycle
import kotlinx.coroutines.flow.StateFlow

// guide: over the preview, with the preview's own modifier
@Composable
fun BlurOverlay(blur: StateFlow<Blur?>, modifier: Modifier = Modifier) {
    val newest by blur.collectAsStateWithLifecycle()
    newest?.let {
        Image(
            bitmap = it.overlay.asImageBitmap(),
            contentDescription = if (it.isMiddleInFocus) "In focus" else "Out of focus",
            modifier = modifier,
            contentScale = ContentScale.FillBounds,
        )
    }
}
// guide: end
