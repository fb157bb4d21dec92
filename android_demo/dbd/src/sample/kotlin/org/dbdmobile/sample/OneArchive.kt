package org.dbdmobile.sample

import org.gradle.kotlin.dsl.dependencies
import org.gradle.kotlin.dsl.files

/** The library without a repository. */
fun fromOneArchive() {
    // guide: in the app's build.gradle.kts, without a repository
    dependencies {
        implementation(files("libs/dbd-0.1.0.aar"))
        implementation("com.google.ai.edge.litert:litert:1.4.0")
        compileOnly("org.jspecify:jspecify:1.0.0")
    }
    // guide: end
}
