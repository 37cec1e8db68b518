package dev.musubi.examples.tour;

/** Runs the nine programs of the tour, one after the other. */
public final class Tour {
  private Tour() {}

  public static void main(String[] args) throws Exception {
    System.out.println("1. a task without a value");
    NoValue.main(args);
    System.out.println("2. a task with a value");
    WithValue.main(args);
    System.out.println("3. a task for the pool of platform threads");
    OnThePool.main(args);
    System.out.println("4. a task with a failure of its own");
    OwnFailure.main(args);
    System.out.println("5. a task that panics");
    CaughtPanic.main(args);
    System.out.println("6. a task that outlives its parent");
    OutlivesItsParent.main(args);
    System.out.println("7. tasks that are aborted");
    AbortAll.main(args);
    System.out.println("8. the first of a task, a letter and a timer");
    FirstOfThree.main(args);
    System.out.println("9. a loser that is aborted");
    LoserIsAborted.main(args);
  }
}
