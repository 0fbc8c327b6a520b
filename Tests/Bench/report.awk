# The tables of bench.sh, by the functions of figures.awk.

function row(command, figure) {
    printf "| %s %s%s | %s | %s | %s | %s | %s | %s | %s |\n", command, figure,
        (figure in suffix ? ", " suffix[figure] : ""),
        figure_of(figure, "full-" command), figure_of(figure, "plain-" command),
        figure_of(figure, "host-device-" command), figure_of(figure, "floor-" command),
        figure_of(figure, "floor-packed-" command),
        ratio_of(figure, "full-" command, "host-device-" command), ratio_of(figure, "full-" command, "floor-" command)
}

function other_row(command, figure) {
    printf "| %s %s, ms | %s | %s | %s | %s | %s |\n", command, figure, figure_of(figure, "full-disk-" command),
        ratio_of(figure, "full-disk-" command, "full-" command), figure_of(figure, "full-ipam-" command),
        figure_of(figure, "host-device-ipam-" command),
        ratio_of(figure, "full-ipam-" command, "host-device-ipam-" command)
}

function scale_row(name, figure) {
    printf "| %s ADD %s%s | %s | %s | %s |\n", name, figure, (figure in suffix ? ", " suffix[figure] : ""),
        figure_of(figure, name "-ADD-7-VFs"), figure_of(figure, name "-ADD-112-VFs"),
        ratio_of(figure, name "-ADD-112-VFs", name "-ADD-7-VFs")
}

END {
    print "Median (10th-90th percentile). Ratios are taken within each round.\n"
    print "| | sriov, all settings | sriov, no settings | host-device | floor | floor, one message | to host-device | to the floor |"
    print "| --- | --- | --- | --- | --- | --- | --- | --- |"
    split("ADD DEL", commands, " ")
    for (i = 1; i <= 2; i++) {
        row(commands[i], "wall")
        row(commands[i], "CPU")
        row(commands[i], "memory")
        row(commands[i], "system calls")
        row(commands[i], "netlink requests")
    }
    row("7-ADD", "wall")
    row("7-ADD", "CPU")
    row("7-DEL", "wall")

    print "\n| | state on a disk | to in memory | with host-local | host-device with host-local | ratio |"
    print "| --- | --- | --- | --- | --- | --- |"
    for (i = 1; i <= 2; i++) {
        for (j = 1; j <= 2; j++) {
            figure = j == 1 ? "wall" : "CPU"
            other_row(commands[i], figure)
        }
        other_row("7-" commands[i], "wall")
    }

    print "\n| store, natively, µs (90th, 99th percentile) | synchronised | now | now to synchronised | transactions for markers | to now |"
    print "| --- | --- | --- | --- | --- | --- |"
    split("calm loaded", weather, " ")
    for (i = 1; i <= 2; i++)
        printf "| %s | %s | %s | %s | %s | %s |\n", weather[i], tail_of("store-durable-" weather[i]),
            tail_of("store-boot-" weather[i]), ratio_of("store", "store-boot-" weather[i], "store-durable-" weather[i]),
            tail_of("store-transactions-" weather[i]),
            ratio_of("store", "store-transactions-" weather[i], "store-boot-" weather[i])

    print "\n| with | 7 VFs | 112 VFs | ratio |\n| --- | --- | --- | --- |"
    split("full plain host-device floor", names, " ")
    for (i = 1; i <= 4; i++) {
        scale_row(names[i], "wall")
        scale_row(names[i], "CPU")
        scale_row(names[i], "system calls")
        scale_row(names[i], "netlink requests")
    }

    print "\n| VERSION, natively | sriov | host-device | /bin/true | sriov to host-device |\n| --- | --- | --- | --- | --- |"
    split("wall CPU memory", figures, " ")
    for (i = 1; i <= 3; i++)
        printf "| %s, %s | %s | %s | %s | %s |\n", figures[i], suffix[figures[i]],
            figure_of(figures[i], "sriov-VERSION"), figure_of(figures[i], "host-device-VERSION"),
            figure_of(figures[i], "true"), ratio_of(figures[i], "sriov-VERSION", "host-device-VERSION")
}
