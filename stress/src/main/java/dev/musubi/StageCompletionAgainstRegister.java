package dev.musubi;

import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A select that comes to a stage while it completes is told. */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Told.")
@State
public class StageCompletionAgainstRegister {
  private final CompletableFuture<Integer> stage = new CompletableFuture<>();
  private final Branch<Integer, RuntimeException> branch = Select.on(stage, value -> value);
  private final Selection selection = new Selection(1);

  @Actor
  public void completes() {
    stage.complete(1);
  }

  @Actor
  public void registers() {
    branch.register(new SelectWaiter<>(selection));
  }

  @Arbiter
  public void end(I_Result result) {
    result.r1 = StressRuntime.number(selection.isDecided());
  }
}
