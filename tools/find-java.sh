# For shell scripts, to be read with ".": find_java prints the "java" of a JDK 25. JAVA_HOME if that is one, else "java"
# on the PATH if it is one, else the first one in the places where installers put them.

is_25() { [[ -x "$1" ]] && "$1" -version 2>&1 | grep -q 'version "25[.")]\|version "25"'; }

find_java() {
  local candidate
  for candidate in \
    "${JAVA_HOME:-/nowhere}/bin/java" \
    "$(command -v java || true)" \
    /usr/lib/jvm/*/bin/java \
    "$HOME"/.sdkman/candidates/java/*/bin/java \
    "$HOME"/.jdks/*/bin/java \
    /Library/Java/JavaVirtualMachines/*/Contents/Home/bin/java; do
    if is_25 "$candidate"; then
      echo "$candidate"
      return
    fi
  done
  echo "no JDK 25 found; set JAVA_HOME" >&2
  return 1
}
