// Stands in for Compose's function for Android, whose archive is in Google's repository only.
package androidx.compose.ui.graphics

import android.graphics.Bitmap

fun Bitmap.asImageBitmap(): ImageBitmap = TODO("Compose's own wraps $this.")
