package dev.musubi;

import java.lang.reflect.Field;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** However a joiner and the end meet, the finished task does not keep the joiner's thread. */
@JCStressTest
@Outcome(id = "42, 0", expect = Expect.ACCEPTABLE, desc = "Joined, and let go.")
@State
public class FinishedTaskHoldsNoJoiner {
  private static final Field WAITERS = field(TaskCore.class, "waiters");

  private final TaskCore<StressRuntime.Box> core =
      StressRuntime.task(() -> new StressRuntime.Box(42));

  @Actor
  public void thread() {
    core.run();
  }

  @Actor
  public void joiner(II_Result result) {
    result.r1 = StressRuntime.join(core);
  }

  @Arbiter
  public void end(II_Result result) {
    Object left = read(WAITERS, core);
    result.r2 = left == null || read(field(left.getClass(), "target"), left) == null ? 0 : 1;
  }

  private static Field field(Class<?> owner, String name) {
    try {
      Field field = owner.getDeclaredField(name);
      field.setAccessible(true);
      return field;
    } catch (NoSuchFieldException e) {
      throw new AssertionError(e);
    }
  }

  private static Object read(Field field, Object of) {
    try {
      return field.get(of);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }
}
