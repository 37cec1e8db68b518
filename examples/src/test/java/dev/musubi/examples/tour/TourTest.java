package dev.musubi.examples.tour;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

@Timeout(30)
@ResourceLock(Resources.SYSTEM_OUT)
class TourTest {
  private static final String NO_VALUE =
      """
      hello from a task of its own
      the task has ended
      """;
  private static final String WITH_VALUE =
      """
      5 + 3 = 8
      joined again: 8
      """;
  private static final String ON_THE_POOL =
      """
      the sum is 500000500000 (platform)
      """;
  private static final String OWN_FAILURE =
      """
      cannot read: java.nio.file.NoSuchFileException: no-such-file
      """;
  private static final String CAUGHT_PANIC =
      """
      task parser panicked: true
      what left its body: java.lang.NumberFormatException: For input string: "forty-two"
      """;
  private static final String OUTLIVES_ITS_PARENT =
      """
      the parent returns
      the parent has ended: true
      the child still runs
      the child is done
      """;
  private static final String ABORT_ALL =
      """
      red finished: false
      green finished: false
      blue finished: false
      red finished: true, cancelled, aborted by user: the tour goes on
      green finished: true, cancelled, aborted by user: the tour goes on
      blue finished: true, cancelled, aborted by user: the tour goes on
      """;
  private static final String FIRST_OF_THREE =
      """
      neither dinner nor a letter within 10 ms
      a letter: greetings from Kyoto
      dinner has lost twice, and is ready: false
      dinner is joined all the same: a pie
      """;
  private static final String LOSER_IS_ABORTED =
      """
      the snail turns back
      the hare wins, the snail has ended: true
      why the snail was aborted: another was first
      """;

  private interface Program {
    void main(String[] args) throws Exception;
  }

  @Test
  void workThatReturnsNothing() throws Exception {
    assertThat(outputOf(NoValue::main)).isEqualTo(NO_VALUE);
  }

  @Test
  void workWithValue() throws Exception {
    assertThat(outputOf(WithValue::main)).isEqualTo(WITH_VALUE);
  }

  @Test
  void workOnThePool() throws Exception {
    assertThat(outputOf(OnThePool::main)).isEqualTo(ON_THE_POOL);
  }

  @Test
  void bodyWithFailureOfItsOwn() throws Exception {
    assertThat(outputOf(OwnFailure::main)).isEqualTo(OWN_FAILURE);
  }

  @Test
  void panicIsCaughtAndReported() throws Exception {
    assertThat(outputOf(CaughtPanic::main)).isEqualTo(CAUGHT_PANIC);
  }

  @Test
  void detachedChildFinishesAfterItsParent() throws Exception {
    assertThat(outputOf(OutlivesItsParent::main)).isEqualTo(OUTLIVES_ITS_PARENT);
  }

  @Test
  void abortedTasksAreFoundCancelled() throws Exception {
    assertThat(outputOf(AbortAll::main)).isEqualTo(ABORT_ALL);
  }

  @Test
  void losersOfSelectLoseNothing() throws Exception {
    assertThat(outputOf(FirstOfThree::main)).isEqualTo(FIRST_OF_THREE);
  }

  @Test
  void loserHasEndedBeforeTheWinnersHandlerRuns() throws Exception {
    assertThat(outputOf(LoserIsAborted::main)).isEqualTo(LOSER_IS_ABORTED);
  }

  @Test
  void tourRunsAllInOrder() throws Exception {
    assertThat(outputOf(Tour::main))
        .isEqualTo(
            "1. a task without a value\n"
                + NO_VALUE
                + "2. a task with a value\n"
                + WITH_VALUE
                + "3. a task for the pool of platform threads\n"
                + ON_THE_POOL
                + "4. a task with a failure of its own\n"
                + OWN_FAILURE
                + "5. a task that panics\n"
                + CAUGHT_PANIC
                + "6. a task that outlives its parent\n"
                + OUTLIVES_ITS_PARENT
                + "7. tasks that are aborted\n"
                + ABORT_ALL
                + "8. the first of a task, a letter and a timer\n"
                + FIRST_OF_THREE
                + "9. a loser that is aborted\n"
                + LOSER_IS_ABORTED);
  }

  private static String outputOf(Program program) throws Exception {
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, UTF_8));
    try {
      program.main(new String[0]);
    } finally {
      System.setOut(before);
    }
    return bytes.toString(UTF_8).replace(System.lineSeparator(), "\n");
  }
}
