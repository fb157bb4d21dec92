package org.dbdmobile.sample

import org.gradle.kotlin.dsl.android

/** What an app with native code of its own asks for. */
fun theLibraryInC() {
    // guide: in the app's build.gradle.kts
    android {
        buildFeatures { prefab = true }
        defaultConfig { ndk { abiFilters += listOf("arm64-v8a", "armeabi-v7a", "x86_64") } }
    }
    // guide: end
}
