package org.dbdmobile.api;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * Lists what apps can name of the library, from its class files: each public or protected class, field,
 * constructor and method, with what may be null, sorted.
 */
public final class ApiList {
    // Whether a method is synchronized is no matter of its callers.
    private static final int SHOWN =
            Modifier.PUBLIC
                    | Modifier.PROTECTED
                    | Modifier.ABSTRACT
                    | Modifier.STATIC
                    | Modifier.FINAL;

    private ApiList() {}

    /**
     * Writes the list to the standard output.
     *
     * @param arguments the folder of the library's class files
     * @throws IOException a file cannot be read or written
     * @throws ReflectiveOperationException a class cannot be loaded
     */
    public static void main(String[] arguments) throws IOException, ReflectiveOperationException {
        StringBuilder list = new StringBuilder();
        for (Class<?> type : visibleClasses(Paths.get(arguments[0]))) {
            list.append(list.length() > 0 ? "\n" : "").append(header(type)).append('\n');
            for (String member : members(type)) {
                list.append("    ").append(member).append('\n');
            }
        }
        // Lines end everywhere as in the file that this is compared with.
        OutputStream out = System.out;
        out.write(list.toString().getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static List<Class<?>> visibleClasses(Path folder)
            throws IOException, ClassNotFoundException {
        List<String> names;
        try (Stream<Path> files = Files.walk(folder)) {
            names =
                    files.map(file -> folder.relativize(file).toString().replace('\\', '/'))
                            .filter(name -> name.endsWith(".class"))
                            .map(name -> name.replace('/', '.').replaceAll("\\.class$", ""))
                            .sorted()
                            .collect(Collectors.toList());
        }
        List<Class<?>> classes = new ArrayList<>();
        for (String name : names) {
            Class<?> type = Class.forName(name, false, ApiList.class.getClassLoader());
            if (isVisible(type)) {
                classes.add(type);
            }
        }
        return classes;
    }

    private static boolean isVisible(Class<?> type) {
        Class<?> outer = type.getDeclaringClass();
        return isVisible(type.getModifiers()) && (outer == null || isVisible(outer));
    }

    private static boolean isVisible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static String header(Class<?> type) {
        int unsaid = type.isInterface() ? Modifier.ABSTRACT | Modifier.STATIC : 0;
        String kind = type.isInterface() ? "interface " : type.isEnum() ? "enum " : "class ";
        String header = modifiers(type.getModifiers() & ~unsaid) + kind + type.getName();
        Class<?> parent = type.getSuperclass();
        if (parent != null && parent != Object.class && parent != Enum.class) {
            header += " extends " + parent.getName();
        }
        Class<?>[] interfaces = type.getInterfaces();
        if (interfaces.length > 0) {
            header +=
                    (type.isInterface() ? " extends " : " implements ")
                            + Stream.of(interfaces)
                                    .map(Class::getName)
                                    .sorted()
                                    .collect(Collectors.joining(", "));
        }
        boolean isMarked = type.getPackage().isAnnotationPresent(NullMarked.class);
        return header + (isMarked ? "" : " (not null-marked)");
    }

    private static List<String> members(Class<?> type) throws IllegalAccessException {
        List<String> members = new ArrayList<>();
        for (Field field : type.getDeclaredFields()) {
            if (isVisible(field.getModifiers()) && !field.isSynthetic()) {
                members.add(described(field));
            }
        }
        for (Constructor<?> made : type.getDeclaredConstructors()) {
            if (isVisible(made.getModifiers()) && !made.isSynthetic()) {
                members.add(described(made, type.getSimpleName()));
            }
        }
        for (Method method : type.getDeclaredMethods()) {
            if (isVisible(method.getModifiers()) && !method.isSynthetic()) {
                String result = name(method.getAnnotatedReturnType());
                members.add(described(method, result + " " + method.getName()));
            }
        }
        Collections.sort(members);
        return members;
    }

    private static String described(Field field) throws IllegalAccessException {
        String described =
                modifiers(field.getModifiers()) + name(field.getAnnotatedType()) + " "
                        + field.getName();
        int constant = Modifier.STATIC | Modifier.FINAL;
        boolean isConstant = (field.getModifiers() & constant) == constant;
        // Compilers copy it into the classes that use it.
        boolean isCopied = field.getType().isPrimitive() || field.getType() == String.class;
        return isConstant && isCopied ? described + " = " + field.get(null) : described;
    }

    private static String described(Executable executable, String named) {
        String parameters =
                Arrays.stream(executable.getAnnotatedParameterTypes())
                        .map(ApiList::name)
                        .collect(Collectors.joining(", "));
        if (executable.isVarArgs()) {
            parameters = parameters.replaceAll("\\[\\]$", "...");
        }
        Class<?>[] thrown = executable.getExceptionTypes();
        String failures =
                Stream.of(thrown).map(Class::getName).sorted().collect(Collectors.joining(", "));
        return modifiers(executable.getModifiers()) + named + "(" + parameters + ")"
                + (thrown.length > 0 ? " throws " + failures : "");
    }

    private static String modifiers(int modifiers) {
        String shown = Modifier.toString(modifiers & SHOWN);
        return shown.isEmpty() ? "" : shown + " ";
    }

    /** A type, with {@code ?} where it may be null, as Kotlin writes it. */
    private static String name(AnnotatedType type) {
        String mark = type.isAnnotationPresent(Nullable.class) ? "?" : "";
        if (type instanceof AnnotatedArrayType) {
            AnnotatedType element = ((AnnotatedArrayType) type).getAnnotatedGenericComponentType();
            return name(element) + "[]" + mark;
        }
        Type plain = type.getType();
        return plain.getTypeName() + mark;
    }
}
