# Which sections of an executable a call touches, in the order of the first touch, each by the name of a symbol in it.
#
# awk -f link-order.awk MAP ADDRESSES…: MAP is lld's, ADDRESSES have a hexadecimal one a line. Sections of more than
# 16 KiB come last: little of them is needed, and between the others they would only keep those apart. Names
# are not unique; the linker takes the first. Conformances are left out: they are looked through all together, and lie together.

function number(text,    i, value) {
    value = 0
    for (i = 1; i <= length(text); i++) value = 16 * value + index("0123456789abcdef", substr(text, i, 1)) - 1
    return value
}

FNR == 1 { files++ }

# Address, load address, size, alignment, then a name whose depth says what it is: of an output section,
# of one that went into it, of a symbol.
files == 1 && match($0, /^ *[0-9a-f]+ +[0-9a-f]+ +[0-9a-f]+ +[0-9]+ /) {
    name = substr($0, RLENGTH)
    match(name, /^ */)
    depth = RLENGTH
    if (depth == 1) {
        isOrdered = substr(name, 2) ~ /^\.(text|rodata|data\.rel\.ro|data|bss)$/
    } else if (!isOrdered || $3 == "0" && depth == 9) {
        next
    } else if (depth == 9) {
        count++
        start[count] = number($1)
        size[count] = number($3)
    } else if (depth == 17 && symbol[count] == "") {
        symbol[count] = substr(name, depth + 1)
    }
    next
}

files > 1 {
    address = number($1)
    low = 0
    high = count
    while (low < high) {
        middle = int((low + high + 1) / 2)
        if (start[middle] <= address) low = middle; else high = middle - 1
    }
    if (low == 0 || address >= start[low] + size[low] || symbol[low] == "" || symbol[low] ~ /Mc$/) next
    if (seen[symbol[low]]++) next
    if (size[low] <= 16384) print symbol[low]; else large[++larges] = symbol[low]
}

END { for (i = 1; i <= larges; i++) print large[i] }
