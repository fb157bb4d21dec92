// Stands in for what the guide uses of Gradle's language for build files.
package org.gradle.kotlin.dsl

class Repositories {
    fun google() {}

    fun mavenCentral() {}

    fun maven(url: Any) = println(url)
}

class DependencyResolutionManagement {
    fun repositories(configure: Repositories.() -> Unit) = Repositories().configure()
}

class Dependencies {
    fun implementation(notation: Any) = println(notation)

    fun compileOnly(notation: Any) = println(notation)
}

class Substitution {
    fun using(notation: String) = println(notation)
}

class Substitutions {
    fun module(notation: String) = notation

    fun substitute(module: String) = Substitution().also { println(module) }
}

class ResolutionStrategy {
    fun dependencySubstitution(configure: Substitutions.() -> Unit) = Substitutions().configure()
}

class Configuration {
    val resolutionStrategy = ResolutionStrategy()
}

class Configurations {
    fun all(configure: Configuration.() -> Unit) = Configuration().configure()
}

val configurations = Configurations()

fun dependencyResolutionManagement(configure: DependencyResolutionManagement.() -> Unit) =
    DependencyResolutionManagement().configure()

fun dependencies(configure: Dependencies.() -> Unit) = Dependencies().configure()

fun files(path: String): Any = path

class BuildFeatures {
    var prefab = false
}

class Ndk {
    val abiFilters = mutableSetOf<String>()
}

class DefaultConfig {
    fun ndk(configure: Ndk.() -> Unit) = Ndk().configure()
}

class AndroidExtension {
    fun buildFeatures(configure: BuildFeatures.() -> Unit) = BuildFeatures().configure()

    fun defaultConfig(configure: DefaultConfig.() -> Unit) = DefaultConfig().configure()
}

fun android(configure: AndroidExtension.() -> Unit) = AndroidExtension().configure()
