plugins {
    alias(libs.plugins.android.application)
}

android {
    namespace = "org.dbdmobile.demo"
    compileSdk = 36

    defaultConfig {
        applicationId = "org.dbdmobile.demo"
        minSdk = 26
        targetSdk = 36
        // Of the Python package, whose version the whole project shares.
        versionName = Regex("__version__ = \"(.+)\"").find(file("../../dbd_mobile/version.py").readText())!!.groupValues[1]
        versionCode = 1
        ndk {
            abiFilters += listOf("arm64-v8a", "armeabi-v7a", "x86_64")
        }
    }

    buildTypes {
        release {
            isMinifyEnabled = true
            proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"), "proguard-rules.pro")
        }
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_1_8
        targetCompatibility = JavaVersion.VERSION_1_8
    }

    androidResources {
        noCompress += "tflite"
    }
}

dependencies {
    implementation(project(":dbd"))
    // The GPU delegate, which the build without Google's repository cannot have.
    implementation(libs.litert.gpu)
    implementation(libs.litert.gpu.api)
    testImplementation(libs.junit)
    // In the place of android.jar's, whose every method throws.
    testImplementation(libs.json)
}
