package dev.musubi.benchmarks

import java.util.concurrent.CountDownLatch
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.delay
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.selects.select
import kotlinx.coroutines.withTimeout

/** The work of [Waits] with kotlinx.coroutines, on its default dispatcher: a thread for each CPU. */
object Coroutines {
  @JvmStatic
  fun selectReady(n: Int): Long =
    runBlocking(Dispatchers.Default) {
      val a = CompletableDeferred(1)
      val b = CompletableDeferred(2)
      var sum = 0L
      repeat(n) {
        sum += select<Int> {
          a.onAwait { it }
          b.onAwait { it }
        }
      }
      sum
    }

  @JvmStatic
  fun selectPending(n: Int): Long =
    runBlocking(Dispatchers.Default) {
      val never = CompletableDeferred<Int>()
      var sum = 0L
      repeat(n) {
        val a = async { 1 }
        sum += select<Int> {
          a.onAwait { it }
          never.onAwait { it }
        }
      }
      sum
    }

  @JvmStatic
  fun againstTimer(n: Int): Long =
    runBlocking(Dispatchers.Default) {
      var sum = 0L
      repeat(n) {
        val a = async { 1 }
        sum += withTimeout(1_000) { a.await() }
      }
      sum
    }

  @JvmStatic
  fun delaysOneByOne(n: Int) {
    runBlocking(Dispatchers.Default) {
      repeat(n) {
        launch { delay(10_000) }.cancel()
      }
    }
  }

  @JvmStatic
  fun delaysAtOnce(n: Int) {
    runBlocking(Dispatchers.Default) {
      val jobs = Array<Job>(n) { launch { delay(10_000) } }
      jobs.forEach { it.cancel() }
    }
  }

  @JvmStatic
  fun sleepers(n: Int, millis: Long) {
    runBlocking(Dispatchers.Default) {
      val jobs = List(n) { launch { delay(millis) } }
      jobs.joinAll()
    }
  }

  @JvmStatic
  fun sleepersCancelled(n: Int, meanwhile: Runnable) {
    runBlocking(Dispatchers.Default) {
      val begun = CountDownLatch(n)
      val jobs = List(n) {
        launch {
          begun.countDown()
          delay(10_000)
        }
      }
      begun.await()
      meanwhile.run()
      jobs.forEach { it.cancel() }
      jobs.joinAll()
    }
  }
}
