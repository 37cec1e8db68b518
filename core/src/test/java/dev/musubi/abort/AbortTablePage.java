package dev.musubi.abort;

import dev.musubi.abort.AbortTable.Row;
import dev.musubi.abort.Effect.Flag;
import dev.musubi.abort.Effect.Reaction;
import java.util.List;

/** The abort table as a page of the guide. */
final class AbortTablePage {
  private static final String HEAD =
      """
      # The abort table

      <!-- Written by AbortTableTest, which performs every row. Do not edit:
           mvn -pl core test -Dtest=AbortTableTest -Dmusubi.contract.write=true -->

      What [an abort](aborting.md) does to a task, depending on the call that its body is in.
      `spawn` puts a body on a virtual thread, `spawnBlocking` on a platform thread. Measured on JDK
      25 with the abort policy `once()`, so that a row shows what one interrupt does.

      - **throws**: the call ends at once with this exception. A body that lets it pass ends as
        cancelled.
      - **returns**: the call ends at once and says nothing. The body goes on, with the interrupt
        flag set; its next wait that reacts ends it. Here it had nothing more to do and ended as a
        success.
      - **goes on**: the call does not react. It ends when it gets what it waits for, and not
        before. If the body then returns, the task is a success: the handle tells the truth. The
        abort stays requested, and the next Musubi wait throws.
      - **flag**: the thread's interrupt flag when the call has returned or thrown. A set flag makes
        the next interruptible call of the body end at once, also in a `finally` block. Clean-up
        that has to wait belongs into [a shield](shield.md).

      A socket or channel that an interrupt has closed stays closed. The policy
      `AbortPolicy.never()` and a shield avoid that.
      """;

  private static final String FOOT =
      """

      File I/O that does not go through a channel (`FileInputStream`, `Files.readString` and their
      like) ignores interrupts; so does native code.

      ## What to use instead of a call that goes on

      | instead of | use |
      | --- | --- |
      | a loop without a check | a loop with `Task.checkAborted()` |
      | `synchronized`, `ReentrantLock.lock` where the wait may be long | `ReentrantLock.lockInterruptibly` |
      | `CompletableFuture.join` | `CompletableFuture.get` |
      | `java.net` sockets on a platform thread | the same on a virtual thread, or a `SocketChannel`, or a socket time-out |
      | reading from a pipe or a process | a time-out or an end that someone else closes |

      ## How the rows are performed

      Each body is started and watched until its thread is really blocked in the call; then it is
      aborted. A call that goes on is watched for a while and then released. Some rows depend on the
      operating system and are performed on Linux: `Socket.connect` needs a listener that leaves a
      request unanswered when its backlog is full, `Process.waitFor` runs `cat`, and the pipe is
      made with `mkfifo`.
      """;

  private AbortTablePage() {}

  static String render(List<Row> rows) {
    StringBuilder page = new StringBuilder(HEAD);
    String group = "";
    for (Row row : rows) {
      if (!row.group().equals(group)) {
        group = row.group();
        page.append("\n## ").append(group).append("\n\n");
        page.append("| the body is in | thread | the call | flag | the task | cost |\n");
        page.append("| --- | --- | --- | --- | --- | --- |\n");
      }
      if (row.virtual().equals(row.platform())) {
        line(page, row.call(), "both", row.virtual());
      } else {
        line(page, row.call(), "virtual", row.virtual());
        line(page, row.call(), "platform", row.platform());
      }
    }
    return page.append(FOOT).toString();
  }

  private static void line(StringBuilder page, String call, String thread, Effect effect) {
    page.append("| ")
        .append(String.join(" | ", call, thread, call(effect), flag(effect.flag()), end(effect)))
        .append(" | ")
        .append(effect.cost())
        .append(" |\n");
  }

  private static String call(Effect effect) {
    return switch (effect.reaction()) {
      case NEVER_BEGINS -> "the body is never begun";
      case THROWS -> "throws `" + effect.thrown().orElseThrow() + "`";
      case RETURNS -> "returns";
      case GOES_ON -> "goes on";
    };
  }

  private static String flag(Flag flag) {
    return switch (flag) {
      case SET -> "set";
      case CLEAR -> "clear";
      case NONE -> "";
    };
  }

  private static String end(Effect effect) {
    return switch (effect.end()) {
      case CANCELLED -> "cancelled, at once";
      case SUCCESS ->
          effect.reaction() == Reaction.GOES_ON
              ? "**success**, when it is let go"
              : "**success**, at once";
      default -> throw new IllegalStateException(effect.toString());
    };
  }
}
