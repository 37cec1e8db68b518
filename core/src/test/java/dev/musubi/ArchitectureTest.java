package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.ModuleAttribute;
import java.lang.classfile.attribute.ModuleRequireInfo;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.constant.ClassDesc;
import java.lang.reflect.AccessFlag;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What must hold for all classes of the library, read from their class files. */
class ArchitectureTest {
  private static final ClassLoader LOADER = Task.class.getClassLoader();

  private static List<ClassModel> classes() throws Exception {
    Path root = Path.of(Task.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> files = Files.walk(root)) {
      List<ClassModel> all =
          files
              .filter(file -> file.toString().endsWith(".class"))
              .map(ArchitectureTest::parse)
              .toList();
      assertThat(all).hasSizeGreaterThan(40);
      return all;
    }
  }

  private static ClassModel parse(Path file) {
    try {
      return ClassFile.of().parse(file);
    } catch (IOException e) {
      throw new AssertionError(file.toString(), e);
    }
  }

  private static String name(ClassModel model) {
    return model.thisClass().asInternalName().replace('/', '.');
  }

  /** Waits in locks can be given up and name their owner in dumps; waits for monitors cannot. */
  @Test
  void nothingIsSynchronized() throws Exception {
    TreeSet<String> places = new TreeSet<>();
    for (ClassModel model : classes()) {
      for (MethodModel method : model.methods()) {
        if (method.flags().has(AccessFlag.SYNCHRONIZED) || entersAMonitor(method)) {
          places.add(name(model) + "." + method.methodName());
        }
      }
    }
    assertThat(places).isEmpty();
  }

  private static boolean entersAMonitor(MethodModel method) {
    if (method.code().isEmpty()) {
      return false;
    }
    for (CodeElement element : method.code().get()) {
      if (element instanceof MonitorInstruction) {
        return true;
      }
    }
    return false;
  }

  @Test
  void theModuleNeedsNothingButTheBaseAndAnnotations() throws Exception {
    List<ModuleAttribute> modules =
        classes().stream()
            .flatMap(model -> model.findAttribute(Attributes.module()).stream())
            .toList();
    assertThat(modules).hasSize(1);
    assertThat(modules.getFirst().requires())
        .extracting(required -> required.requires().name().stringValue())
        .containsExactlyInAnyOrder("java.base", "org.jspecify");
    assertThat(modules.getFirst().requires())
        .filteredOn(required -> required.requires().name().equalsString("org.jspecify"))
        .allMatch(required -> isStatic(required));
  }

  private static boolean isStatic(ModuleRequireInfo required) {
    return required.requiresFlags().contains(AccessFlag.STATIC_PHASE);
  }

  @Test
  void noClassUsesAnythingButTheBaseAndTheLibrary() throws Exception {
    TreeSet<String> strangers = new TreeSet<>();
    for (ClassModel model : classes()) {
      if (model.isModuleInfo()) {
        continue;
      }
      for (PoolEntry entry : model.constantPool()) {
        if (entry instanceof ClassEntry used && !isAllowed(used.asSymbol())) {
          strangers.add(name(model) + " uses " + used.asInternalName());
        }
      }
    }
    assertThat(strangers).isEmpty();
  }

  private static boolean isAllowed(ClassDesc used) {
    ClassDesc element = used;
    while (element.isArray()) {
      element = element.componentType();
    }
    if (element.isPrimitive() || element.packageName().startsWith("dev.musubi")) {
      return true;
    }
    try {
      String name = element.packageName() + "." + element.displayName();
      Class<?> found = Class.forName(name, false, LOADER);
      return found.getModule() == Object.class.getModule()
          || found.getModule().getName() == null && name.startsWith("org.jspecify.");
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /** A public class that can be extended is a promise that nobody meant to make. */
  @Test
  void publicTypesAreClosed() throws Exception {
    TreeSet<String> open = new TreeSet<>();
    for (ClassModel model : classes()) {
      if (model.isModuleInfo()
          || name(model).endsWith("package-info")
          || name(model).startsWith("dev.musubi.internal.")) { // not exported
        continue;
      }
      Class<?> type = Class.forName(name(model), false, LOADER);
      boolean isPublic = Modifier.isPublic(type.getModifiers());
      if (isPublic && !type.isInterface() && !Modifier.isFinal(type.getModifiers())) {
        if (!type.isSealed()) {
          open.add(name(model));
        }
      }
    }
    assertThat(open).isEmpty();
  }
}
