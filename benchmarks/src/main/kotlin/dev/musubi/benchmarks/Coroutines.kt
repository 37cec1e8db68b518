@file:JvmName("Coroutines")
@file:OptIn(InternalCoroutinesApi::class, ExperimentalCoroutinesApi::class)

package dev.musubi.benchmarks

import java.util.concurrent.atomic.AtomicInteger
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Delay
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.DisposableHandle
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.async
import kotlinx.coroutines.cancel
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.delay
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.selects.onTimeout
import kotlinx.coroutines.selects.select
import kotlinx.coroutines.sync.Semaphore
import kotlinx.coroutines.withTimeoutOrNull

/*
 * The contestants that run on kotlinx.coroutines. All run on Dispatchers.Default, its own scheduler,
 * which the programs give two threads. None calls Musubi.
 */

// ---------------------------------------------------------------- sets

fun drained(times: Int) {
    runBlocking(Dispatchers.Default) {
        val results = Channel<Int>(Channel.UNLIMITED)
        repeat(times) {
            launch { results.send(1) }
        }
        var sum = 0
        repeat(times) { sum += results.receive() }
        check(sum == times)
    }
}

// ---------------------------------------------------------------- select

fun selectReady(times: Int): Int =
    runBlocking(Dispatchers.Default) {
        val a = CompletableDeferred(1)
        val b = CompletableDeferred(1)
        var sum = 0
        repeat(times) {
            sum += select<Int> {
                a.onAwait { it }
                b.onAwait { it }
            }
        }
        sum
    }

fun selectSpawned(times: Int): Int =
    runBlocking(Dispatchers.Default) {
        val never = CompletableDeferred<Int>()
        var sum = 0
        repeat(times) {
            val task = async { 1 }
            sum += select<Int> {
                never.onAwait { it }
                task.onAwait { it }
            }
        }
        sum
    }

fun selectReleased(times: Int): Int =
    runBlocking(Dispatchers.Default) {
        val never = CompletableDeferred<Int>()
        val gate = Semaphore(1, 1)
        val turn = Semaphore(1, 1)
        val releaser = launch {
            repeat(times) {
                turn.acquire()
                gate.release()
            }
        }
        var sum = 0
        repeat(times) {
            val task = async {
                gate.acquire()
                1
            }
            turn.release()
            sum += select<Int> {
                never.onAwait { it }
                task.onAwait { it }
            }
        }
        releaser.join()
        sum
    }

fun selectAgainstTimer(times: Int, millis: Long): Int =
    runBlocking(Dispatchers.Default) {
        var sum = 0
        repeat(times) {
            val task = async { 1 }
            sum += select<Int> {
                onTimeout(millis) { error("the timer fired") }
                task.onAwait { it }
            }
        }
        sum
    }

fun awaitWithTimeout(times: Int, millis: Long): Int =
    runBlocking(Dispatchers.Default) {
        var sum = 0
        repeat(times) {
            val task = async { 1 }
            sum += withTimeoutOrNull(millis) { task.await() } ?: error("the timer fired")
        }
        sum
    }

// ---------------------------------------------------------------- timers

/** The queue that delay() uses below Dispatchers.Default; only a view of that gives access to it. */
private val timers = Dispatchers.Default.limitedParallelism(1) as Delay

private val nothing = Runnable {}

private fun set(millis: Int): DisposableHandle =
    timers.invokeOnTimeout(millis.toLong(), nothing, Dispatchers.Default)

fun timersOneByOne(millis: IntArray, times: Int) {
    for (i in 0 until times) {
        set(millis[i]).dispose()
    }
}

fun timersAtOnce(millis: IntArray, times: Int) {
    val all = Array(times) { set(millis[it]) }
    all.forEach { it.dispose() }
}

fun selectTimersOneByOne(millis: IntArray, times: Int): Int =
    runBlocking(Dispatchers.Default) {
        val ready = CompletableDeferred(1)
        var sum = 0
        for (i in 0 until times) {
            sum += select<Int> {
                onTimeout(millis[i].toLong()) { error("the timer fired") }
                ready.onAwait { it }
            }
        }
        sum
    }

/** Undispatched, so that the timer is set when launch returns. */
fun delaysOneByOne(millis: IntArray, times: Int) =
    runBlocking(Dispatchers.Default) {
        for (i in 0 until times) {
            launch(start = CoroutineStart.UNDISPATCHED) { delay(millis[i].toLong()) }
                .cancelAndJoin()
        }
    }

fun delaysAtOnce(millis: IntArray, times: Int) =
    runBlocking(Dispatchers.Default) {
        val all =
            Array(times) {
                launch(start = CoroutineStart.UNDISPATCHED) { delay(millis[it].toLong()) }
            }
        all.forEach { it.cancel() }
        all.forEach { it.join() }
    }

// ---------------------------------------------------------------- sleepers

fun sleepAndJoin(tasks: Int, millis: Long) =
    runBlocking(Dispatchers.Default) { List(tasks) { launch { delay(millis) } }.joinAll() }

/** Coroutines that sleep, and two ways to stop them. */
class SleepingCoroutines(tasks: Int, millis: Long, ready: AtomicInteger, late: AtomicInteger) {
    private val scope = CoroutineScope(Dispatchers.Default)
    private val all =
        runBlocking(Dispatchers.Default) {
            List(tasks) {
                scope.launch {
                    ready.getAndIncrement()
                    delay(millis)
                    late.getAndIncrement()
                }
            }
        }

    fun stopEach() =
        runBlocking(Dispatchers.Default) {
            all.forEach { it.cancel() }
            all.joinAll()
        }

    fun stopTogether() =
        runBlocking(Dispatchers.Default) {
            scope.cancel()
            all.joinAll()
        }
}
