"""Monthly statements 月汇总, quarterly bulletins 季通报, and the boards and sheets printed from them."""
