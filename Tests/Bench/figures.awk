# Reads what the benchmarks print: medians, with the 10th and the 90th percentile, and ratios of what ran in the same round.

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

$1 == "store" {
    timed[$2]++
    value["store", $2, timed[$2]] = $3
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

# Median, with the 90th and the 99th percentile.
function tail_of(name,    list, i, count) {
    count = timed[name]
    if (count == 0) return "-"
    for (i = 1; i <= count; i++) list[i] = value["store", name, i]
    sort(list, count)
    return sprintf("%d (%d, %d)", percentile(list, count, 0.5), percentile(list, count, 0.9), percentile(list, count, 0.99))
}

function count_of(figure, name) {
    return figure in column ? runs[name] : figure == "store" ? timed[name] : traced[name]
}

function figure_of(figure, name,    list, i, count) {
    count = count_of(figure, name)
    if (count == 0) return "-"
    for (i = 1; i <= count; i++) list[i] = value[figure, name, i]
    return summary(list, count, figure in column ? "%.1f" : "%d")
}

function ratio_of(figure, name, other,    list, i, count) {
    count = count_of(figure, name)
    if (count == 0 || count != count_of(figure, other)) return "-"
    for (i = 1; i <= count; i++) {
        if (value[figure, other, i] == 0) return "-"
        list[i] = value[figure, name, i] / value[figure, other, i]
    }
    return summary(list, count, "%.2f")
}
