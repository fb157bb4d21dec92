package org.dbdmobile.sample

import org.gradle.kotlin.dsl.dependencies

/** What an app takes of the library. */
fun fromTheRepository() {
    // guide: in the app's build.gradle.kts
    dependencies {
        implementation("org.dbdmobile:dbd-lite:0.1.0") // or dbd-nano, smaller; one of them finds blur
        implementation("org.dbdmobile:dbd-detail:0.1.0") // judges regions; leave it out if you do not
    }
    // guide: end
}
