extension TopologyView {
    /// The tree as a drawing: PFs to the left, their VFs to the right, and who has them in the same line.
    var svg: String {
        let row = 30
        let margin = 10
        // In a font of 13 pixels with fixed width a character takes 8 pixels, with some to spare.
        let character = 8
        func width(_ texts: [String]) -> Int {
            (texts.map { displayWidth(of: printable($0)) }.max() ?? 0) * character + 2 * margin
        }
        let children = physicalFunctions.flatMap(\.virtualFunctions)
        let parentWidth = width(physicalFunctions.map(\.title))
        let childWidth = width(children.map(\.title))
        let childLeft = margin + parentWidth + 60
        let holderLeft = childLeft + childWidth + margin
        var shapes: [String] = []
        var top = margin

        func box(_ text: String, _ left: Int, _ width: Int, _ middle: Int, _ colour: String) {
            shapes.append(
                #"<rect x="\#(left)" y="\#(middle - 12)" width="\#(width)" height="24" rx="3" "#
                    + #"fill="\#(colour)" stroke="grey"/>"#)
            label(text, left + margin, middle)
        }
        func label(_ text: String, _ left: Int, _ middle: Int) {
            shapes.append(
                #"<text x="\#(left)" y="\#(middle + 4)">\#(escaped(text))</text>"#)
        }

        for function in physicalFunctions {
            let rows = max(function.virtualFunctions.count, 1)
            let middle = top + rows * row / 2
            for (position, child) in function.virtualFunctions.enumerated() {
                let y = top + position * row + row / 2
                shapes.append(
                    #"<path d="M \#(margin + parentWidth) \#(middle) L \#(childLeft) \#(y)" "#
                        + #"stroke="grey" fill="none"/>"#)
                box(child.title, childLeft, childWidth, y, child.state.colour)
                label(child.holder, holderLeft, y)
            }
            box(function.title, margin, parentWidth, middle, "#ffffff")
            top += rows * row + margin
        }
        let size = "\(holderLeft + width(children.map(\.holder)) + margin)"
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <svg xmlns="http://www.w3.org/2000/svg" width="\(size)" height="\(top)" \
            font-family="monospace" font-size="13">
            <title>SR-IOV functions of this host</title>
            <rect width="100%" height="100%" fill="#ffffff"/>
            \(shapes.joined(separator: "\n"))
            </svg>

            """
    }

    /// A text as XML takes it: names of interfaces may hold anything.
    private func escaped(_ text: String) -> String {
        printable(text).map { character in
            switch character {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            case "'": "&apos;"
            default: String(character)
            }
        }.joined()
    }
}
