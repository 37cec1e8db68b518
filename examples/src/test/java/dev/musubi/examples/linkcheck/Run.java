package dev.musubi.examples.linkcheck;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** One run of the command in this JVM. */
record Run(int exitCode, String out, String err) {
  static Run of(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command =
        LinkCheck.command().setOut(new PrintWriter(out)).setErr(new PrintWriter(err, true));
    String[] args = new String[arguments.length];
    for (int i = 0; i < args.length; i++) {
      args[i] = arguments[i].toString();
    }
    int exitCode = command.execute(args);
    return new Run(exitCode, out.toString(), err.toString());
  }
}
