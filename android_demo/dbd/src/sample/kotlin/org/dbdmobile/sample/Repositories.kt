package org.dbdmobile.sample

import org.gradle.kotlin.dsl.dependencyResolutionManagement

/** Where Gradle finds the library, and what that needs. */
fun repositories() {
    // guide: in settings.gradle.kts
    dependencyResolutionManagement {
        repositories {
            google() // has LiteRT
            mavenCentral() // has JSpecify's annotations
            maven(url = "path/to/dist/maven")
        }
    }
    // guide: end
}
