# Starts a PostgreSQL in a temporary folder below the one that is named to it, prints the folder of its socket, then
# does what it is told, a word a line, and answers each with a line. Ends with its input: the system closes that when
# the test is gone, however it ends.
#
# Nothing is flushed to the disk: what a killed process wrote is the system's to keep; the tests cut no power.
for bin in "$(pg_config --bindir 2>/dev/null)" /usr/lib/postgresql/*/bin /usr/local/pgsql/bin; do
    [ -x "$bin/initdb" ] && [ -x "$bin/postgres" ] && break
done
if ! [ -x "$bin/initdb" ]; then echo missing; exit; fi
folder=$(mktemp -d "$1/groundswell-pg-XXXXXX") || exit 1
cd "$folder"
"$bin/initdb" -D data -U groundswell -A trust -E UTF8 --locale=C --no-sync >log 2>&1 \
    || { cat log >&2; cd /; rm -rf "$folder"; exit 1; }
start() {
    while :; do
        "$bin/postgres" -D data -k "$folder" -c listen_addresses= -c fsync=off -c full_page_writes=off \
            -c max_connections=300 -c shared_buffers=64MB -c autovacuum=off >>log 2>&1 </dev/null &
        server=$!
        while kill -0 "$server" 2>/dev/null; do
            "$bin/pg_isready" -q -h "$folder" -U groundswell && return
            sleep 0.05
        done
        # The children of the one before still hold its memory.
        sleep 0.1
    done
}
start
echo "$folder"
while read -r word; do
    case "$word" in
        kill) kill -KILL "$server"; wait "$server" 2>/dev/null; start ;;
        restart) kill -QUIT "$server"; wait "$server" 2>/dev/null; start ;;
        hold) held="$server $(pgrep -P "$server")"; kill -STOP $held ;;
        release) kill -CONT $held 2>/dev/null ;;
    esac
    echo done
done
[ -z "$held" ] || kill -CONT $held 2>/dev/null
kill -QUIT "$server"
wait "$server" 2>/dev/null
cd /
rm -rf "$folder"
