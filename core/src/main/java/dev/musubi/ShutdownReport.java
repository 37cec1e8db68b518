package dev.musubi;

import java.time.Duration;
import java.util.List;

/**
 * What a shutdown of a runtime achieved.
 *
 * @param runtime the runtime's name, or its number
 * @param elapsed how long it waited
 * @param stragglers the tasks that had not stopped at the deadline; their handles stay live and
 *     tell the real end
 */
public record ShutdownReport(String runtime, Duration elapsed, List<Straggler> stragglers) {
  /**
   * A task that did not stop in time.
   *
   * @param task the task
   * @param stack where it was at the deadline
   */
  public record Straggler(TaskInfo task, List<StackTraceElement> stack) {
    /** Copies the stack. */
    public Straggler {
      stack = List.copyOf(stack);
    }
  }

  /** Copies the list. */
  public ShutdownReport {
    stragglers = List.copyOf(stragglers);
  }

  /**
   * Whether every task has really ended.
   *
   * @return true if there are no stragglers
   */
  public boolean isComplete() {
    return stragglers.isEmpty();
  }

  /** One line, and for each straggler a line and its stack. */
  @Override
  public String toString() {
    StringBuilder text =
        new StringBuilder("shutdown of runtime ")
            .append(runtime)
            .append(isComplete() ? " complete after " : " incomplete after ")
            .append(elapsed);
    for (Straggler straggler : stragglers) {
      text.append(System.lineSeparator()).append("  ").append(straggler.task());
      for (StackTraceElement frame : straggler.stack()) {
        text.append(System.lineSeparator()).append("      at ").append(frame);
      }
    }
    return text.toString();
  }
}
