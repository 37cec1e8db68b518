package dev.musubi.examples.tour;

import dev.musubi.JoinHandle;
import dev.musubi.Task;
import java.io.IOException;
import java.nio.file.NoSuchFileException;

/** A body with a failure of its own: {@code join(IOException.class)} gives it back as it was. */
public final class OwnFailure {
  private OwnFailure() {}

  public static void main(String[] args) throws InterruptedException {
    JoinHandle<String> handle = Task.spawn(() -> read("no-such-file"));

    try {
      System.out.println("read " + handle.join(IOException.class));
    } catch (IOException e) {
      System.out.println("cannot read: " + e);
    }
  }

  private static String read(String name) throws IOException {
    throw new NoSuchFileException(name);
  }
}
