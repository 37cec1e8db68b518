@file:OptIn(ExperimentalCoroutinesApi::class)

package dev.musubi.benchmarks

import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicInteger
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.selects.onTimeout
import kotlinx.coroutines.selects.select
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield

private const val LONG_MILLIS = 600_000L

/**
 * The part of kotlinx.coroutines in the suite, on Dispatchers.Default with two threads. The same
 * work as in SuiteMusubi.java, SuiteJdk.java and workloads.rs, in the same order.
 */
object SuiteCoroutines {
    private val outside = CoroutineScope(Dispatchers.Default)

    private fun inside(work: suspend CoroutineScope.() -> Unit) =
        runBlocking { outside.launch(block = work).join() }

    fun spawnOne(n: Int) = inside {
        var sum = 0
        repeat(n) { sum += outside.async { 1 }.await() }
        check(sum == n)
    }

    fun spawnTen(n: Int) = inside { repeat(n / 10) { spawn(10) } }

    fun spawnMany(n: Int) = inside { spawn(n) }

    private suspend fun spawn(n: Int) = check(List(n) { outside.async { 1 } }.awaitAll().sum() == n)

    fun spawnManyIdle(n: Int) {
        val all = List(n) { outside.async { 1 } }
        runBlocking { check(all.awaitAll().sum() == n) }
    }

    fun spawnManyBusy(n: Int) {
        val stop = AtomicBoolean()
        val busy = List(2) { outside.launch { while (!stop.get()) yield() } }
        spawnManyIdle(n)
        stop.set(true)
        runBlocking { busy.joinAll() }
    }

    fun chainedSpawn(n: Int) = inside {
        val done = CompletableDeferred<Int>()
        link(n, done)
        done.await()
    }

    private fun link(left: Int, done: CompletableDeferred<Int>) {
        if (left == 0) done.complete(1) else outside.launch { link(left - 1, done) }
    }

    fun pingPong(n: Int) = inside {
        List(n) {
                outside.async {
                    val ping = CompletableDeferred<Int>()
                    val pong = CompletableDeferred<Int>()
                    outside.launch { pong.complete(ping.await()) }
                    ping.complete(1)
                    pong.await()
                }
            }
            .awaitAll()
    }

    fun yieldMany(n: Int) = inside {
        List(200) { outside.launch { repeat(n / 200) { yield() } } }.joinAll()
    }

    fun spawnBlocking(n: Int) = inside {
        check(List(n) { outside.async(Dispatchers.IO) { 1 } }.awaitAll().sum() == n)
    }

    fun oneshot(n: Int) = inside {
        var sum = 0
        repeat(n) {
            val channel = CompletableDeferred<Int>()
            channel.complete(1)
            sum += channel.await()
        }
        check(sum == n)
    }

    fun timers(n: Int) = inside {
        val ready = CompletableDeferred(1)
        var sum = 0
        repeat(n) {
            sum += select<Int> {
                onTimeout(LONG_MILLIS) { 0 }
                ready.onAwait { it }
            }
        }
        check(sum == n)
    }

    fun selectReady(n: Int) {
        check(dev.musubi.benchmarks.selectReady(n) == n)
    }

    fun selectOneshots(n: Int) = inside {
        var sum = 0
        repeat(n) {
            val channel = CompletableDeferred<Int>()
            val other = CompletableDeferred<Int>()
            channel.complete(1)
            sum += select<Int> {
                channel.onAwait { it }
                other.onAwait { 0 }
            }
        }
        check(sum == n)
    }

    fun skynet(n: Int) = inside {
        check(skynet(0, n) == n.toLong() * (n - 1) / 2)
    }

    private suspend fun skynet(first: Long, size: Int): Long {
        if (size == 1) return first
        val part = size / 10
        return List(10) { outside.async { skynet(first + it.toLong() * part, part) } }
            .asReversed()
            .sumOf { it.await() }
    }

    @Suppress("UNUSED_PARAMETER")
    fun fib(calls: Int) = inside { check(fibOf(25) == 75_025L) }

    private suspend fun fibOf(n: Int): Long {
        if (n < 2) return n.toLong()
        val one = outside.async { fibOf(n - 1) }
        val other = fibOf(n - 2)
        return one.await() + other
    }

    fun drained(n: Int) = dev.musubi.benchmarks.drained(n)

    fun sleepersAborted(n: Int) = inside {
        val toBegin = AtomicInteger(n)
        val allBegun = CompletableDeferred<Int>()
        val all = List(n) {
            outside.launch {
                if (toBegin.decrementAndGet() == 0) allBegun.complete(1)
                delay(LONG_MILLIS)
            }
        }
        allBegun.await()
        all.forEach { it.cancel() }
        all.joinAll()
    }

    fun sleepOneMilli(n: Int) = inside { List(n) { outside.launch { delay(1) } }.joinAll() }

    fun abortOne(n: Int) = inside {
        repeat(n) {
            val begun = CompletableDeferred<Int>()
            val sleeper = outside.launch {
                begun.complete(1)
                delay(LONG_MILLIS)
            }
            begun.await()
            sleeper.cancelAndJoin()
        }
    }

    fun fanOut(n: Int) = inside {
        repeat(n) {
            val slow = outside.launch { delay(LONG_MILLIS) }
            val quick = List(9) { outside.async { 1 } }
            check(withTimeout(1_000) { quick.awaitAll().sum() } == 9)
            slow.cancelAndJoin()
        }
    }
}
