# Medians, with the 10th and the 90th percentile, and ratios of what ran in the same round.

BEGIN {
    FS = "\t"
    column["wall"] = 3
    column["CPU"] = 4
    column["memory"] = 5
    unit["wall"] = unit["CPU"] = 1000
    unit["memory"] = 1024
    suffix["wall"] = suffix["CPU"] = "ms"
    suffix["memory"] = "MiB"
}

$1 == "run" {
    runs[$2]++
    for (figure in column) value[figure, $2, runs[$2]] = $column[figure] / unit[figure]
}

$1 == "calls" {
    traced[$2]++
    value["system calls", $2, traced[$2]] = $3
    value["netlink requests", $2, traced[$2]] = $4
}

# Sorts `list`, short as it is, in place.
function sort(list, count,    i, j, one) {
    for (i = 2; i <= count; i++) {
        one = list[i]
        for (j = i - 1; j > 0 && list[j] > one; j--) list[j + 1] = list[j]
        list[j + 1] = one
    }
}

function percentile(list, count, part,    position, low) {
    position = 1 + (count - 1) * part
    low = int(position)
    return low == count ? list[count] : list[low] + (position - low) * (list[low + 1] - list[low])
}

function summary(list, count, format,    pattern) {
    sort(list, count)
    pattern = format " (" format "-" format ")"
    return sprintf(pattern, percentile(list, count, 0.5), percentile(list, count, 0.1), percentile(list, count, 0.9))
}

function figure_of(figure, name,    list, i, count) {
    count = figure in column ? runs[name] : traced[name]
    if (count == 0) return "-"
    for (i = 1; i <= count; i++) list[i] = value[figure, name, i]
    return summary(list, count, figure in column ? "%.1f" : "%d")
}

function ratio_of(figure, name, other,    list, i, count) {
    count = figure in column ? runs[name] : traced[name]
    if (count == 0 || count != (figure in column ? runs[other] : traced[other])) return "-"
    for (i = 1; i <= count; i++) {
        if (value[figure, other, i] == 0) return "-"
        list[i] = value[figure, name, i] / value[figure, other, i]
    }
    return summary(list, count, "%.2f")
}

function row(command, figure) {
    printf "| %s %s%s | %s | %s | %s | %s | %s | %s | %s |\n", command, figure,
        (figure in suffix ? ", " suffix[figure] : ""),
        figure_of(figure, "full-" command), figure_of(figure, "plain-" command),
        figure_of(figure, "host-device-" command), figure_of(figure, "floor-" command),
        figure_of(figure, "floor-packed-" command),
        ratio_of(figure, "full-" command, "host-device-" command), ratio_of(figure, "full-" command, "floor-" command)
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
