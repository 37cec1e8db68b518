package dev.musubi;

/** Keeps the fields of a subclass off the cache lines of the object that lies before it. */
abstract class Padded {
  @SuppressWarnings("unused")
  private int gap; // behind the header; else a field of the subclass would be put there

  @SuppressWarnings("unused")
  private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, pa, pb, pc, pd, pe;
}
