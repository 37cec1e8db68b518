package dev.musubi.abort;

import static dev.musubi.abort.Effect.cancelledBy;
import static dev.musubi.abort.Effect.goesOn;
import static dev.musubi.abort.Effect.neverBegins;
import static dev.musubi.abort.Effect.returnsEarly;

import dev.musubi.JoinHandle;
import dev.musubi.Task;
import dev.musubi.TaskAbortedException;
import dev.musubi.abort.Effect.Flag;
import dev.musubi.abort.Scene.Director;
import dev.musubi.abort.Scene.On;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The abort table: for each kind of body, what an abort does to it. This is what we promise; {@link
 * AbortTableTest} performs every row and compares.
 */
final class AbortTable {
  private static final Duration FOR_EVER = Duration.ofDays(1);
  private static final int BACKLOG_FILLERS = 64;
  private static final Effect INTERRUPTED = cancelledBy(InterruptedException.class, Flag.CLEAR);
  private static final Effect ABORTED = cancelledBy(TaskAbortedException.class, Flag.CLEAR);
  private static final Effect CHANNEL_CLOSED =
      cancelledBy(ClosedByInterruptException.class, Flag.SET).costing("the channel is closed");

  /** Virtual threads only: on platform threads such calls do not react. */
  private static final Effect SOCKET_CLOSED =
      cancelledBy("SocketException: Closed by interrupt", Flag.SET).costing("the socket is closed");

  /** One kind of body, and what happens on a virtual and on a platform thread. */
  record Row(String group, String call, Director scene, Effect virtual, Effect platform) {
    Effect on(On on) {
      return on == On.VIRTUAL ? virtual : platform;
    }
  }

  private AbortTable() {}

  static List<Row> rows() {
    return List.of(
        same("Not started", "a task that waits for its turn", AbortTable::unstarted, neverBegins()),
        same("Computing", "a loop without a check", AbortTable::computing, goesOn()),
        same("Computing", "a loop with `Task.checkAborted()`", AbortTable::checking, ABORTED),
        same("Musubi", "`Task.sleep`", AbortTable::musubiSleep, ABORTED),
        same("Musubi", "a loop with `Task.yieldNow()`", AbortTable::musubiYield, ABORTED),
        same(
            "Musubi",
            "`JoinHandle.join` of another task",
            AbortTable::nestedJoin,
            ABORTED.costing("none: the other task runs on")),
        same("Musubi", "any wait inside `Task.shield`", AbortTable::shielded, goesOn()),
        same("Threads and locks", "`Thread.sleep`", AbortTable::threadSleep, INTERRUPTED),
        same("Threads and locks", "`Object.wait`", AbortTable::objectWait, INTERRUPTED),
        same("Threads and locks", "`synchronized`, entering", AbortTable::monitorEntry, goesOn()),
        same("Threads and locks", "`LockSupport.park`", AbortTable::park, returnsEarly()),
        same(
            "Threads and locks",
            "`LockSupport.park` in a loop with `Task.checkAborted()`",
            AbortTable::parkLoop,
            ABORTED),
        same("Threads and locks", "`ReentrantLock.lock`", AbortTable::lock, goesOn()),
        same(
            "Threads and locks",
            "`ReentrantLock.lockInterruptibly`",
            AbortTable::lockInterruptibly,
            INTERRUPTED),
        same("java.util.concurrent", "`BlockingQueue.take`", AbortTable::queueTake, INTERRUPTED),
        same("java.util.concurrent", "`Semaphore.acquire`", AbortTable::semaphore, INTERRUPTED),
        same("java.util.concurrent", "`CountDownLatch.await`", AbortTable::latch, INTERRUPTED),
        same("java.util.concurrent", "`CompletableFuture.get`", AbortTable::futureGet, INTERRUPTED),
        same("java.util.concurrent", "`CompletableFuture.join`", AbortTable::futureJoin, goesOn()),
        same(
            "Processes",
            "`Process.waitFor`",
            AbortTable::processWaitFor,
            INTERRUPTED.costing("none: the process runs on")),
        split("java.net", "`ServerSocket.accept`", AbortTable::accept, SOCKET_CLOSED, goesOn()),
        split("java.net", "`Socket.connect`", AbortTable::connect, SOCKET_CLOSED, goesOn()),
        split(
            "java.net", "`Socket` input stream, `read`", AbortTable::read, SOCKET_CLOSED, goesOn()),
        split("java.net", "`DatagramSocket.receive`", AbortTable::receive, SOCKET_CLOSED, goesOn()),
        same(
            "java.net",
            "`HttpClient.send`",
            AbortTable::httpSend,
            INTERRUPTED.costing("the request's connection is closed")),
        same("java.nio", "`SocketChannel.read`", AbortTable::channelRead, CHANNEL_CLOSED),
        same("java.nio", "`Selector.select`", AbortTable::select, returnsEarly()),
        same(
            "java.nio",
            "`FileChannel.read`, begun after the abort",
            AbortTable::fileRead,
            CHANNEL_CLOSED),
        same("java.io", "`FileInputStream.read` of a pipe", AbortTable::pipeRead, goesOn()));
  }

  private static Row same(String group, String call, Director scene, Effect both) {
    return new Row(group, call, scene, both, both);
  }

  private static Row split(
      String group, String call, Director scene, Effect virtual, Effect platform) {
    return new Row(group, call, scene, virtual, platform);
  }

  // ---------------------------------------------------------------- not started, computing

  private static void unstarted(Scene scene) throws InterruptedException {
    AtomicBoolean over = new AtomicBoolean();
    if (scene.on == On.PLATFORM) {
      var busy = new CountDownLatch(1);
      scene.runtime.spawnBlocking( // the runtime of a scene has one such thread
          () -> {
            busy.countDown();
            computeUntil(over);
          });
      busy.await();
    } else {
      int carriers =
          Integer.getInteger(
              "jdk.virtualThreadScheduler.parallelism", Runtime.getRuntime().availableProcessors());
      var busy = new CountDownLatch(carriers);
      for (int i = 0; i < carriers; i++) {
        Thread.startVirtualThread(() -> {
          busy.countDown();
          computeUntil(over);
        });
      }
      busy.await();
    }
    scene.prop(() -> over.set(true));
    scene.unstarted().release(() -> over.set(true));
  }

  private static void computing(Scene scene) {
    AtomicBoolean over = new AtomicBoolean();
    scene.prop(() -> over.set(true));
    scene
        .runningIn(AbortTable.class, "computeUntil")
        .body(() -> computeUntil(over))
        .release(() -> over.set(true));
  }

  private static void computeUntil(AtomicBoolean over) {
    while (!over.get()) {
      Thread.onSpinWait();
    }
  }

  private static void checking(Scene scene) {
    scene.runningIn(AbortTable.class, "computeAndCheck").body(AbortTable::computeAndCheck);
  }

  private static void computeAndCheck() throws InterruptedException {
    for (; ; ) {
      Task.checkAborted();
    }
  }

  // ---------------------------------------------------------------- Musubi's own

  private static void musubiSleep(Scene scene) {
    scene.blockedIn(Task.class, "sleep").body(() -> Task.sleep(FOR_EVER));
  }

  private static void musubiYield(Scene scene) {
    scene.runningIn(AbortTable.class, "yieldForEver").body(AbortTable::yieldForEver);
  }

  private static void yieldForEver() throws InterruptedException {
    for (; ; ) {
      Task.yieldNow();
    }
  }

  private static void nestedJoin(Scene scene) {
    JoinHandle<?> child = scene.runtime.spawn(() -> Thread.sleep(FOR_EVER));
    scene.prop(child::abort);
    scene
        .blockedIn("dev.musubi.TaskHandle", "join")
        .body(child::join)
        .cost(() -> child.isFinished() ? "the other task" : "none: the other task runs on");
  }

  private static void shielded(Scene scene) {
    var latch = new CountDownLatch(1);
    scene
        .blockedIn(CountDownLatch.class, "await")
        .body(() -> Task.shield(() -> latch.await()))
        .release(latch::countDown);
  }

  // ---------------------------------------------------------------- threads and locks

  private static void threadSleep(Scene scene) {
    scene.blockedIn(Thread.class, "sleep").body(() -> Thread.sleep(FOR_EVER));
  }

  private static void objectWait(Scene scene) {
    Object monitor = new Object();
    scene
        .blockedIn(Object.class, "wait")
        .body(() -> {
          synchronized (monitor) {
            monitor.wait();
          }
        });
  }

  private static void monitorEntry(Scene scene) throws InterruptedException {
    Object monitor = new Object();
    var held = new CountDownLatch(1);
    var over = new CountDownLatch(1);
    Thread holder =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              synchronized (monitor) {
                held.countDown();
                try {
                  over.await();
                } catch (InterruptedException e) {
                  throw new AssertionError(e);
                }
              }
            });
    held.await();
    scene.prop(() -> {
      over.countDown();
      holder.join();
    });
    scene.blockedIn(AbortTable.class, "enter").body(() -> enter(monitor)).release(over::countDown);
  }

  private static void enter(Object monitor) {
    synchronized (monitor) {
      // nothing to do: it is the entry that counts
    }
  }

  private static void park(Scene scene) {
    scene.blockedIn(LockSupport.class, "park").body(() -> LockSupport.park());
  }

  private static void parkLoop(Scene scene) {
    scene
        .blockedIn(LockSupport.class, "park")
        .body(() -> {
          for (; ; ) {
            Task.checkAborted();
            LockSupport.park();
          }
        });
  }

  private static void lock(Scene scene) {
    ReentrantLock lock = heldByTheTest(scene);
    scene
        .blockedIn(ReentrantLock.class, "lock")
        .body(() -> {
          lock.lock();
          lock.unlock();
        })
        .release(lock::unlock);
  }

  private static void lockInterruptibly(Scene scene) {
    ReentrantLock lock = heldByTheTest(scene);
    scene
        .blockedIn(ReentrantLock.class, "lockInterruptibly")
        .body(() -> {
          lock.lockInterruptibly();
          lock.unlock();
        })
        .release(lock::unlock);
  }

  private static ReentrantLock heldByTheTest(Scene scene) {
    ReentrantLock lock = new ReentrantLock();
    lock.lock();
    scene.prop(() -> {
      if (lock.isHeldByCurrentThread()) {
        lock.unlock();
      }
    });
    return lock;
  }

  // ---------------------------------------------------------------- java.util.concurrent,
  // processes

  private static void queueTake(Scene scene) {
    var queue = new LinkedBlockingQueue<String>();
    scene
        .blockedIn(LinkedBlockingQueue.class, "take")
        .body(queue::take)
        .release(() -> queue.add("released"));
  }

  private static void semaphore(Scene scene) {
    var semaphore = new Semaphore(0);
    scene
        .blockedIn(Semaphore.class, "acquire")
        .body(semaphore::acquire)
        .release(semaphore::release);
  }

  private static void latch(Scene scene) {
    var latch = new CountDownLatch(1);
    scene.blockedIn(CountDownLatch.class, "await").body(latch::await).release(latch::countDown);
  }

  private static void futureGet(Scene scene) {
    var future = new CompletableFuture<String>();
    scene
        .blockedIn(CompletableFuture.class, "get")
        .body(future::get)
        .release(() -> future.complete("released"));
  }

  private static void futureJoin(Scene scene) {
    var future = new CompletableFuture<String>();
    scene
        .blockedIn(CompletableFuture.class, "join")
        .body(future::join)
        .release(() -> future.complete("released"));
  }

  private static void processWaitFor(Scene scene) throws IOException {
    Process process = new ProcessBuilder("cat").start(); // waits for its input
    scene.prop(process::destroyForcibly);
    scene
        .blockedIn("java.lang.ProcessImpl", "waitFor")
        .body(process::waitFor)
        .release(process::destroyForcibly)
        .cost(() -> process.isAlive() ? "none: the process runs on" : "the process");
  }

  // ---------------------------------------------------------------- java.net

  private static ServerSocket server(Scene scene) throws IOException {
    return scene.prop(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
  }

  private static void accept(Scene scene) throws IOException {
    ServerSocket server = server(scene);
    scene
        .blockedIn(ServerSocket.class, "accept")
        .body(() -> server.accept().close())
        .release(() -> new Socket(server.getInetAddress(), server.getLocalPort()).close())
        .cost(() -> server.isClosed() ? "the socket is closed" : Effect.NO_COST);
  }

  /**
   * To a listener that accepts nothing, and whose backlog is full: the system then leaves requests
   * without an answer, and repeats them. So a release takes about a second. Works so on Linux; the
   * fillers are far more than the backlog, so that it does not matter how the system rounds it.
   */
  private static void connect(Scene scene) throws IOException {
    ServerSocket server = server(scene);
    for (int i = 0; i < BACKLOG_FILLERS; i++) {
      SocketChannel filler = scene.prop(SocketChannel.open());
      filler.configureBlocking(false);
      filler.connect(server.getLocalSocketAddress());
    }
    Socket socket = scene.prop(new Socket());
    scene
        .blockedIn(Socket.class, "connect")
        .body(() ->
            socket.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort())))
        .release(() -> Thread.ofPlatform().daemon().start(() -> acceptAll(server)))
        .cost(() -> socket.isClosed() ? "the socket is closed" : Effect.NO_COST);
  }

  private static void acceptAll(ServerSocket server) {
    try {
      for (; ; ) {
        server.accept().close();
      }
    } catch (IOException e) {
      // the scene is over
    }
  }

  private static void read(Scene scene) throws IOException {
    ServerSocket server = server(scene);
    Socket peer = scene.prop(new Socket(server.getInetAddress(), server.getLocalPort()));
    Socket socket = scene.prop(server.accept());
    scene
        .blockedIn("sun.nio.ch.NioSocketImpl", "implRead")
        .body(() -> socket.getInputStream().read())
        .release(peer::close)
        .cost(() -> socket.isClosed() ? "the socket is closed" : Effect.NO_COST);
  }

  private static void receive(Scene scene) throws SocketException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    DatagramSocket socket = scene.prop(new DatagramSocket(0, loopback));
    DatagramSocket peer = scene.prop(new DatagramSocket(0, loopback));
    scene
        .blockedIn(DatagramSocket.class, "receive")
        .body(() -> socket.receive(new DatagramPacket(new byte[1], 1)))
        .release(
            () -> peer.send(new DatagramPacket(new byte[1], 1, socket.getLocalSocketAddress())))
        .cost(() -> socket.isClosed() ? "the socket is closed" : Effect.NO_COST);
  }

  private static void httpSend(Scene scene) throws IOException {
    ServerSocket server = server(scene); // takes the request and never answers
    URI address =
        URI.create(
            "http://" + server.getInetAddress().getHostAddress() + ":" + server.getLocalPort());
    HttpClient client = HttpClient.newHttpClient();
    scene.prop(client::shutdownNow);
    scene
        .blockedIn("jdk.internal.net.http.HttpClientImpl", "send")
        .body(() -> client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.discarding()))
        .cost(() -> awaitItsEnd(server));
  }

  private static String awaitItsEnd(ServerSocket server) throws IOException {
    try (Socket connection = server.accept()) {
      connection.setSoTimeout(20_000);
      connection.getInputStream().readAllBytes(); // to the end
      return "the request's connection is closed";
    }
  }

  // ---------------------------------------------------------------- java.nio

  private static void channelRead(Scene scene) throws IOException {
    ServerSocketChannel server =
        scene
            .prop(ServerSocketChannel.open())
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    scene.prop(SocketChannel.open(server.getLocalAddress()));
    SocketChannel channel = scene.prop(server.accept());
    scene
        .blockedIn("sun.nio.ch.SocketChannelImpl", "read")
        .body(() -> channel.read(ByteBuffer.allocate(1)))
        .cost(() -> channel.isOpen() ? Effect.NO_COST : "the channel is closed");
  }

  private static void select(Scene scene) throws IOException {
    Selector selector = scene.prop(Selector.open());
    scene
        .blockedIn("sun.nio.ch.SelectorImpl", "select")
        .body(selector::select)
        .release(selector::wakeup)
        .cost(() -> selector.isOpen() ? Effect.NO_COST : "the selector is closed");
  }

  private static void fileRead(Scene scene) throws IOException {
    Path file = Files.createTempFile("musubi", "abort");
    FileChannel channel = scene.prop(FileChannel.open(file, StandardOpenOption.DELETE_ON_CLOSE));
    scene
        .runningIn(AbortTable.class, "computeUntilInterrupted")
        .body(() -> {
          computeUntilInterrupted();
          channel.read(ByteBuffer.allocate(1));
        })
        .cost(() -> channel.isOpen() ? Effect.NO_COST : "the channel is closed");
  }

  private static void pipeRead(Scene scene) throws IOException, InterruptedException {
    Path pipe = Files.createTempDirectory("musubi").resolve("pipe");
    new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start().waitFor();
    // with both ends held here, neither opening nor closing one waits for the other
    RandomAccessFile held = scene.prop(new RandomAccessFile(pipe.toFile(), "rw"));
    FileInputStream in = scene.prop(new FileInputStream(pipe.toFile()));
    Files.delete(pipe);
    Files.delete(pipe.getParent());
    scene
        .blockedIn(FileInputStream.class, "read")
        .body(() -> in.read())
        .release(() -> held.write(1));
  }

  private static void computeUntilInterrupted() {
    while (!Thread.currentThread().isInterrupted()) {
      Thread.onSpinWait();
    }
  }
}
