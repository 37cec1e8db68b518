package dev.musubi.sync;

/** The other side of a channel has been closed, and nothing will come any more. */
public final class ChannelClosedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ChannelClosedException(String message) {
    super(message);
  }
}
