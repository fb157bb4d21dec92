package org.dbdmobile.sample

import org.gradle.kotlin.dsl.dependencies

/** What an app takes of the library. */
fun fromTheRepository() {
    // guide: in the app's build.gradle.kts
    dependencies {
        implementation("org.dbdmobile:dbd-lite:0.1.0") // makes maps; or dbd-nano, which is smaller
        implementation("org.dbdmobile:dbd-detail:0.1.0") // only for judge
    }
    // guide: end
}
