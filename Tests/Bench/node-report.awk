# The tables of node.sh, by the functions of figures.awk.

function table(title, counts, names, labels, figures,    i, j, k, count, name, number) {
    number = split(counts, count, " ")
    printf "\n| %s |", title
    for (i = 1; i <= number; i++) printf " %s |", count[i]
    printf "\n| --- |"
    for (i = 1; i <= number; i++) printf " --- |"
    print ""
    split(names, name, " ")
    for (j = 1; j in name; j++) {
        printf "| %s, CPU, ms |", labels[name[j]]
        for (i = 1; i <= number; i++) printf " %s |", figure_of("CPU", name[j] "-" count[i])
        print ""
    }
    if ("scrape-" count[1] in runs) {
        printf "| a scrape of metrics, wall, ms |"
        for (i = 1; i <= number; i++) printf " %s |", figure_of("wall", "scrape-" count[i])
        print ""
    }
    printf "| `vfmap list` to `lspci`, CPU |"
    for (i = 1; i <= number; i++) printf " %s |", ratio_of("CPU", "list-" count[i], "lspci-" count[i])
    printf "\n| `vfmap list` to `lspci`, wall |"
    for (i = 1; i <= number; i++) printf " %s |", ratio_of("wall", "list-" count[i], "lspci-" count[i])
    print ""
}

END {
    print "Median (10th-90th percentile). Ratios are taken within each round."
    labels["lspci"] = "`lspci -nn`"
    labels["ip"] = "`ip -details link`"
    labels["list"] = "`vfmap list`"
    labels["list-json"] = "`vfmap list --format json`"
    labels["recover"] = "`vfmap recover`"
    labels["pool"] = "STATUS of a pool"
    labels["pool-ADD"] = "ADD from a pool"
    labels["pool-DEL"] = "DEL"
    table("VFs in a generated tree, natively", "64 256 512 1024 2048", "lspci ip list list-json pool recover", labels)
    table("VFs in the guest", "7 112", "lspci ip list list-json recover pool pool-ADD pool-DEL", labels)
    table("VFs of netdevsim in the guest", "256-simulated", "lspci ip list list-json recover", labels)
}
