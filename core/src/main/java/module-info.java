/**
 * Musubi: tasks on virtual threads, owned through handles that tell the truth about the code.
 *
 * <p>Start with {@link dev.musubi.Task} and {@link dev.musubi.JoinHandle}.
 */
@org.jspecify.annotations.NullMarked
module dev.musubi {
  requires static transitive org.jspecify;

  exports dev.musubi;
  exports dev.musubi.sync;
}
