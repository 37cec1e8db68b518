package dev.musubi.examples.linkcheck;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The files of a folder, with the manners of a web server: a directory stands for its index. */
final class FolderSource implements Source {
  static final URI ROOT = URI.create(Addresses.FOLDER + ":/");
  private static final String INDEX = "index.html";

  private final Path folder;

  FolderSource(Path folder) {
    this.folder = folder.toAbsolutePath().normalize();
  }

  /** Where to begin: the index, or every page of a folder without one. */
  List<URI> starts() throws IOException {
    if (Files.isRegularFile(folder.resolve(INDEX))) {
      return List.of(address(folder.resolve(INDEX)));
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> Media.ofFileName(file.toString()) == Media.HTML)
          .sorted()
          .map(this::address)
          .toList();
    }
  }

  /** The address of a file of this folder. */
  URI address(Path file) {
    String path = folder.toUri().relativize(file.toAbsolutePath().normalize().toUri()).getRawPath();
    return URI.create(Addresses.FOLDER + ":/" + path);
  }

  /** The file or directory of an address; empty if it can not be one of this folder. */
  Optional<Path> path(URI address) {
    try {
      Path path = folder.resolve(address.getPath().substring(1)).normalize();
      return path.startsWith(folder) ? Optional.of(path) : Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  @Override
  public Answer get(URI address, boolean read) throws IOException {
    Optional<Path> found = path(address);
    if (found.isEmpty() || !Files.exists(found.get())) {
      return new Answer.Refused(404, "no such file");
    }
    Path path = found.get();
    if (Files.isDirectory(path)) {
      return directory(address, path);
    }
    if (address.getPath().endsWith("/")) {
      return new Answer.Refused(404, "a file, not a directory");
    }
    Media media = Media.ofFileName(path.toString());
    boolean wanted = read && media != Media.OTHER;
    byte[] bytes = wanted ? Files.readAllBytes(path) : new byte[0];
    return new Answer.Content(media, ByteBuffer.wrap(bytes), Optional.empty());
  }

  private static Answer directory(URI address, Path path) {
    if (!Files.isRegularFile(path.resolve(INDEX))) {
      return new Answer.Refused(404, "a directory without " + INDEX);
    }
    String text = address.toString();
    return new Answer.Moved(URI.create(text + (text.endsWith("/") ? "" : "/") + INDEX));
  }
}
