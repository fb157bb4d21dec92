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

    // The Python package's own models; each is a folder with model.tflite and card.json.
    sourceSets.named("main") {
        assets.srcDir("../../dbd_mobile/models")
    }
}

dependencies {
    api(libs.litert)
    testImplementation(libs.junit)
}
