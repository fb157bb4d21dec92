package org.dbdmobile.sample

import org.gradle.kotlin.dsl.configurations

/** LiteRT for everything in the app that asks for TensorFlow Lite. */
fun liteRtInTheirPlace() {
    // guide: in the app's build.gradle.kts
    configurations.all {
        resolutionStrategy.dependencySubstitution {
            substitute(module("org.tensorflow:tensorflow-lite"))
                .using(module("com.google.ai.edge.litert:litert:1.4.0"))
            substitute(module("org.tensorflow:tensorflow-lite-api"))
                .using(module("com.google.ai.edge.litert:litert-api:1.4.0"))
        }
    }
    // guide: end
}
