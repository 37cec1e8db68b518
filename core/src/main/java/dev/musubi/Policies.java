package dev.musubi;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The policies that {@link JoinPolicy} offers. */
final class Policies {
  private Policies() {}

  static final class FailFast<T extends @Nullable Object> implements JoinPolicy<T, List<T>> {
    private final List<T> values = new ArrayList<>();
    private final Failures failures = new Failures();

    @Override
    public boolean isEnough(Finished<T> task) {
      switch (task.outcome()) {
        case Success<T> success -> values.add(success.value());
        case Failed<T> failed -> failures.add(failed.toException());
      }
      return !failures.isEmpty();
    }

    @Override
    public List<T> result() {
      failures.throwIfAny();
      return Collections.unmodifiableList(values);
    }
  }

  static final class FirstSuccess<T extends @Nullable Object> implements JoinPolicy<T, T> {
    private final Failures failures = new Failures();
    private @Nullable Success<T> winner;

    @Override
    public boolean isEnough(Finished<T> task) {
      switch (task.outcome()) {
        case Success<T> success -> winner = winner == null ? success : winner;
        case Failed<T> failed -> failures.add(failed.toException());
      }
      return winner != null;
    }

    @Override
    public T result() {
      if (winner == null) {
        failures.throwIfAny();
        throw new IllegalStateException("there was no task that could succeed");
      }
      return winner.value();
    }
  }

  static final class Collect<T extends @Nullable Object>
      implements JoinPolicy<T, List<Finished<T>>> {
    private final List<Finished<T>> all = new ArrayList<>();

    @Override
    public boolean isEnough(Finished<T> task) {
      all.add(task);
      return false;
    }

    @Override
    public List<Finished<T>> result() {
      return Collections.unmodifiableList(all);
    }
  }
}
