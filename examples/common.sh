# What the examples share: building the library, running one Apache in a tree of its own, the end.
#
# To be sourced by bash. A script says what it needs in `packages` and with is_serving(), makes its
# site in $tree and $jail, and begins with begin() and make_server(). The one argument that each
# takes is a directory to build in (not in /tmp), which stays for the next run; else it is built anew.
# SPDX-License-Identifier: Apache-2.0

set -euo pipefail
unset LD_PRELOAD "${!CHROOTSHIM_@}"

source_tree=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
readonly source_tree
readonly deadline=30 # seconds for anything that a server does in its own time, on a slow machine
build_directory=${1:+$(realpath -m -- "$1")}
tree='' starting=false
verdict='it ended before everything was shown'

say() {
        printf '\n== %s\n' "$*"
}

fail() {
        verdict=$*
        exit 1
}

wait_until() {
        local end=$((SECONDS + deadline))

        until "$@"; do
                ((SECONDS < end)) || return 1
                sleep 0.1
        done
}

# --- the library ----------------------------------------------------------------------------

build() {
        local log=$tree/build.log

        build_directory=${build_directory:-$tree/build}
        # One redirection each: in a redirected group, an interrupt's verdict would go to the log.
        if ! meson setup -Dtests=false "$build_directory" "$source_tree" >"$log" 2>&1 ||
                ! ninja -C "$build_directory" >>"$log" 2>&1; then
                cat "$log"
                fail 'the build failed'
        fi
        library=$build_directory/shim/libchrootshim.so
}

# --- the server -----------------------------------------------------------------------------

port_is_free() {
        ! (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

choose_port() {
        port=8080
        until port_is_free "$port"; do
                port=$((port + 1))
        done
}

# Only htdocs is in the jail; everything else that Apache needs lies beside it, outside.
make_server() {
        mkdir -p "$jail/htdocs" "$tree/run"
        cat >"$tree/envvars" <<-END
		export APACHE_RUN_DIR=$tree/run APACHE_LOCK_DIR=$tree/run APACHE_RUN_USER=www-data
	END
        cat >"$tree/httpd.conf" <<-END
		ServerRoot "$tree"
		ServerName localhost
		Listen 127.0.0.1:$port
		PidFile "$tree/run/apache2.pid"
		ErrorLog "$tree/error.log"
		LoadModule mpm_$1_module /usr/lib/apache2/modules/mod_mpm_$1.so
		LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
		LoadModule dir_module /usr/lib/apache2/modules/mod_dir.so
		StartServers 2
		User www-data
		Group www-data
		DocumentRoot "$jail/htdocs"
	END
}

apachectl_run() {
        APACHE_ENVVARS=$tree/envvars APACHE_ULIMIT_MAX_FILES=true \
                /usr/sbin/apachectl -f "$tree/httpd.conf" -k "$1"
}

master() {
        cat "$tree/run/apache2.pid" 2>/dev/null
}

children() {
        # Processes come and go while grep reads: what it could not open is no child.
        { grep -lsE "^PPid:\s+$(master)$" /proc/[0-9]*/status || true; } | cut -d / -f 3 | sort -n
}

# The process that brings what changes outside; see README.
is_refresher() {
        [[ $(cat "/proc/$1/comm" 2>/dev/null) == shim-refresher ]]
}

workers() {
        local pid

        for pid in $(children); do
                is_refresher "$pid" || echo "$pid"
        done
}

fetch() {
        curl -s --max-time "$deadline" "http://127.0.0.1:$port/$1"
}

# In a container nobody may have taken leave of the process, which then stays as a zombie.
is_stopped() {
        [[ ! -e $tree/run/apache2.pid ]] &&
                ! grep -qs '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$1/status"
}

start() {
        starting=true
        if ! "$1" start; then
                starting=false
                fail "apachectl could not start Apache"
        fi
        wait_until is_serving || fail "Apache does not serve: $(tail -n 3 "$tree/error.log")"
        starting=false
}

stop() {
        local pid

        pid=$(master)
        apachectl_run stop
        wait_until is_stopped "$pid" || fail 'Apache does not stop'
}

# --- what is to be seen ---------------------------------------------------------------------

user_of() {
        id -nu "$(awk '$1 == "Uid:" { print $3 }' "/proc/$1/status")"
}

print_process() {
        printf '%8s  %-9s %-9s %s\n' "$1" "$2" "$(user_of "$1")" "$(readlink "/proc/$1/root")"
}

print_processes() {
        local pid

        printf '%8s  %-9s %-9s %s\n' pid role user root
        print_process "$(master)" master
        for pid in $(children); do
                print_process "$pid" "$(is_refresher "$pid" && echo refresher || echo worker)"
        done
}

check_processes() {
        local pid

        [[ $(readlink "/proc/$(master)/root") == / ]] || fail 'the master is jailed'
        [[ -n $(workers) ]] || fail 'there are no workers'
        for pid in $(workers); do
                [[ $(readlink "/proc/$pid/root") == "$jail" ]] || fail "worker $pid is not jailed"
                [[ $(user_of "$pid") == www-data ]] || fail "worker $pid has kept its privileges"
        done
}

# --- the end, however it comes --------------------------------------------------------------

end_server() {
        local pid

        if $starting; then
                wait_until test -s "$tree/run/apache2.pid"
        fi
        pid=$(master) && [[ -n $pid ]] || return 0
        kill -TERM "$pid"
        wait_until is_stopped "$pid" || { children && echo "$pid"; } | xargs kill -KILL
}

# A script that starts more than the server has its own end_all().
end_all() {
        end_server
}

clean_up() {
        local status=$?

        set +e
        trap '' INT TERM HUP PIPE
        if [[ -n $tree ]]; then
                end_all 2>/dev/null
                rm -rf -- "$tree"
        fi
        if ((status == 0)); then
                say "verdict: PASSED: $verdict"
        else
                say "verdict: FAILED: $verdict"
        fi
        exit "$status"
}

# Everything that comes before the site: $1 is the example's name.
begin() {
        trap clean_up EXIT
        trap 'verdict="it was interrupted"; exit 130' INT
        trap 'verdict="it was ended by a signal"; exit 143' TERM HUP PIPE
        ((EUID == 0)) || fail 'only root can jail a server: run this as root'

        say 'Installing the packages that are missing'
        "$source_tree/tests/install-packages" "${packages[@]}" ||
                fail 'the packages that are missing could not be installed'
        # Below /srv, as everybody can write to /tmp, and such a jail is refused.
        tree=$(mktemp -d "/srv/chrootshim-$1.XXXXXX")
        chmod 755 "$tree"
        jail=$tree/jail
        say 'Building the library'
        build
        choose_port
}
