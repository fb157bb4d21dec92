// java_launcher LIBJVM CLASS_PATH LIBRARY_PATH CLASS [ARGUMENT...]: a Java program in a process whose
// first 256 bytes of thread-local storage are free. Android keeps its stack guard there, where
// glibc on arm64 would have variables of the first library that has any.
#include <dlfcn.h>
#include <jni.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__thread volatile char android_slots[256] __attribute__((aligned(16)));

static int argument_count;
static char **arguments;

static char *joined(const char *name, const char *value) {
  char *text = malloc(strlen(name) + strlen(value) + 1);
  return strcat(strcpy(text, name), value);
}

static void *run(void *unused) {
  void *library = dlopen(arguments[1], RTLD_NOW | RTLD_GLOBAL);
  if (!library) {
    fprintf(stderr, "%s\n", dlerror());
    exit(1);
  }
  jint (*create)(JavaVM **, void **, void *) = dlsym(library, "JNI_CreateJavaVM");
  JavaVMOption options[] = {
      {joined("-Djava.class.path=", arguments[2]), NULL},
      {joined("-Djava.library.path=", arguments[3]), NULL},
      {"-Xmx512m", NULL},
      {"-XX:+UseSerialGC", NULL},
      {"-XX:TieredStopAtLevel=1", NULL},
  };
  JavaVMInitArgs settings = {JNI_VERSION_1_8, sizeof options / sizeof *options, options, JNI_FALSE};
  JavaVM *vm;
  JNIEnv *env;
  if (create(&vm, (void **)&env, &settings) != JNI_OK) exit(1);
  jclass type = (*env)->FindClass(env, arguments[4]);
  jmethodID entry = type ? (*env)->GetStaticMethodID(env, type, "main", "([Ljava/lang/String;)V") : 0;
  if (entry) {
    jclass text = (*env)->FindClass(env, "java/lang/String");
    jobjectArray rest = (*env)->NewObjectArray(env, argument_count - 5, text, NULL);
    for (int i = 5; i < argument_count; i++) {
      jstring value = (*env)->NewStringUTF(env, arguments[i]);
      (*env)->SetObjectArrayElement(env, rest, i - 5, value);
    }
    (*env)->CallStaticVoidMethod(env, type, entry, rest);
  }
  int failed = (*env)->ExceptionCheck(env);
  if (failed) (*env)->ExceptionDescribe(env);
  (*vm)->DestroyJavaVM(vm);
  exit(failed);
}

int main(int count, char **values) {
  argument_count = count;
  arguments = values;
  android_slots[0] = 1;
  pthread_t thread;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 8 << 20);
  pthread_create(&thread, &attributes, run, NULL);
  pthread_join(thread, NULL);
  return 0;
}
