plugins {
    alias(libs.plugins.android.library)
}

android {
    namespace = "org.dbdmobile"
    compileSdk = 36

    defaultConfig {
        minSdk = 26
        consumerProguardFiles("consumer-rules.pro")
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_1_8
        targetCompatibility = JavaVersion.VERSION_1_8
    }

    sourceSets.named("main") {
        assets.srcDir(layout.buildDirectory.dir("models"))
    }
}

// The Python package's own models, each a folder with model.tflite and card.json, in a folder that no
// other library's assets are in.
val packModels = tasks.register<Sync>("packModels") {
    from("../../dbd_mobile/models")
    into(layout.buildDirectory.dir("models/org.dbdmobile"))
}

tasks.named("preBuild") {
    dependsOn(packModels)
}

dependencies {
    api(libs.litert)
    // Its annotations are in public methods.
    api(libs.jspecify)
    testImplementation(libs.junit)
}
